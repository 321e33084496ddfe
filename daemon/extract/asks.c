#include "daemon/extract/asks.h"

#include "daemon/extract/phrase.h"

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Anything may follow. */
static const char *const openings[] = {
    /* for letters, papers and channels */
    "sign up for our", "sign up to our", "sign up for free", "subscribe to our",
    "subscribe now to", "get our free", "follow us on", "like us on",
    "join us on", "join our telegram", "join our whatsapp", "find us on",
    "download our app", "watch more of our", "support our journalism",
    "support independent journalism", "want more from", "abonnieren sie",
    "abonniere unseren", "folgen sie uns", "folge uns auf",
    "melden sie sich für", "hier zum newsletter", "zum newsletter anmelden",
    "mit meiner anmeldung zum newsletter", "jetzt den newsletter",
    "abonnez-vous à", "inscrivez-vous à", "suivez-nous", "suivez nous sur",
    "rejoignez notre", "suscríbete a", "suscríbase a", "síguenos en",
    "síganos en", "apúntate a", "únete a nuestro", "únete al canal",
    "inscreva-se no", "siga-nos", "entre no nosso", "assine nossa",
    "iscriviti alla", "iscriviti al", "iscriviti a", "seguici su",
    "meld je aan voor", "volg ons op", "zapisz się na", "zapisz się do",
    "polub nas na", "obserwuj nas", "подписывайтесь на", "подписывайся на",
    "подпишитесь на", "подпишись на", "читайте нас в", "следите за нами",
    "присоединяйтесь к нам", "присоединяйтесь к нашему", "поддержите нас",
    "поддержите нашу", "підписуйтесь на", "підписуйтеся на", "підпишіться на",
    "читайте нас у", "долучайтесь до нас", "підтримайте нас",
    "падпісвайцеся на", "падпішыцеся на", "абонирайте се", "последвайте ни",
    "ακολουθήστε", "abone olun", "bize abone", "bizi takip edin",
    "telegram kanalımıza", "youtube kanalımıza", "bizi izləyin", "ikuti kami",
    "theo dõi chúng tôi", "ما را در", "به کانال تلگرام", "در کانال تلگرام",
    "عضو کانال", "تابعونا على", "تابعونا عبر", "اشترك في", "اشتركوا في",
    "للاشتراك في", "انضم إلى قناتنا", "关注我们", "欢迎关注我们", "订阅我们",
    "加入我们的", "關注我們", "訂閱我們", "加入我們的",
    /* who pays alone may go on */
    "register / sign in to unlock", "create an account or sign in",
    "to read the rest of this story", "to view the full story",
    "this article is exclusive to", "ad block users",
    /* what is shown once somebody agrees, or a script runs */
    "empfohlener redaktioneller inhalt", "empfohlener externer inhalt",
    "an dieser stelle finden sie einen", "an dieser stelle findest du einen",
    "an dieser stelle befindet sich ein", "externen inhalt anzeigen",
    "externe inhalte anzeigen", "ein klick für den datenschutz",
    "personenbezogene daten können an", "ich bin damit einverstanden dass mir",
    "player wird geladen", "this slideshow requires javascript",
    "this content is hosted by a third party", "please enable javascript",
    "allow content from", "para ver este contenido",
    "per visualizzare questo contenuto", "pour afficher ce contenu",
    "ce contenu est bloqué"};

bool
asks_reader(struct bytes line)
{
	return phrase_begins(line, openings, N_OF(openings)) > 0;
}
