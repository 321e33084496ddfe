"""A headless Chromium with an empty profile, asked through its DevTools pipe, that tells of every script and every request.

Its only way out is a proxy that answers nothing and remembers who was asked for."""
import json, os, select, shutil, signal, socket, subprocess, tempfile, threading, time

FLAGS = ('--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --no-default-browser-check --disable-sync '
         '--disable-background-networking --disable-component-update --disable-default-apps --disable-extensions '
         '--disable-domain-reliability --disable-client-side-phishing-detection --disable-breakpad --disable-dev-shm-usage '
         # All frames in one process: one session sees them all.
         '--disable-site-isolation-trials --disable-features=IsolateOrigins,site-per-process,OptimizationHints,MediaRouter '
         '--remote-debugging-pipe').split()


def found():
    # First the one without windows, menus and a user: it takes half the time.
    return shutil.which('chromium-headless-shell') or shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')


class Wall:
    """The proxy: |asked| is the first line of whatever came."""

    def __init__(self):
        self.asked = []
        self.sock = socket.create_server(('127.0.0.1', 0))
        self.where = '127.0.0.1:%d' % self.sock.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            link, _ = self.sock.accept()
            link.settimeout(2)
            try:
                self.asked.append(link.recv(4096).split(b'\r\n')[0].decode('latin-1'))
            except OSError:
                self.asked.append('a connection')
            link.close()


class Browser:
    """|scripts|, |requests| and |said|: of what was shown since the last show()."""

    def __init__(self):
        self.wall, self.dir = Wall(), tempfile.mkdtemp(prefix='quire-browser.')
        down_r, down_w = os.pipe()
        up_r, up_w = os.pipe()

        def ends():
            # High first: one of the pipes may have the number that another is to get.
            a, b = os.dup2(down_r, 63), os.dup2(up_w, 64)
            os.dup2(a, 3)
            os.dup2(b, 4)
        self.proc = subprocess.Popen(
            [found(), *FLAGS, '--user-data-dir=' + self.dir, '--proxy-server=http://' + self.wall.where, '--proxy-bypass-list=<-loopback>'],
            preexec_fn=ends, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(down_r)
        os.close(up_w)
        self.to, self.fro, self.rest, self.number = down_w, up_r, b'', 0
        self.session, self.answers = None, {}
        self.scripts, self.requests, self.said, self.loaded = [], [], [], False
        page = self.ask('Target.createTarget', url='about:blank')['targetId']
        self.session = self.ask('Target.attachToTarget', targetId=page, flatten=True)['sessionId']
        for room in ('Page', 'Network', 'Runtime', 'Log', 'Debugger', 'DOMSnapshot'):
            self.ask(room + '.enable')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.to)
        os.killpg(self.proc.pid, signal.SIGKILL)  # a group of its own; there is nothing to save
        self.proc.wait()
        os.close(self.fro)
        for _ in range(20):  # its children end a moment later
            shutil.rmtree(self.dir, ignore_errors=True)
            if not os.path.exists(self.dir):
                break
            time.sleep(0.1)

    def take(self, seconds):
        """Read what is there, at most so long; False at the end of patience."""
        if not select.select([self.fro], [], [], max(0, seconds))[0]:
            return False
        data = os.read(self.fro, 1 << 20)
        if not data:
            raise RuntimeError('Chromium ended')
        *whole, self.rest = (self.rest + data).split(b'\0')
        for line in whole:
            self.event(json.loads(line))
        return True

    def event(self, m):
        if 'id' in m:
            self.answers[m['id']] = m
            return
        name, p = m.get('method'), m.get('params', {})
        if name == 'Debugger.scriptParsed':
            self.scripts.append((p['url'], p.get('length')))
        elif name == 'Page.javascriptDialogOpening':
            self.scripts.append((p['url'], 'dialog'))
            self.send('Page.handleJavaScriptDialog', accept=True)
        elif name == 'Network.requestWillBeSent':
            self.requests.append(p['request']['url'])
        elif name == 'Runtime.consoleAPICalled':
            self.said.append(json.dumps(p['args'])[:200])
        elif name == 'Log.entryAdded':
            self.said.append(p['entry'].get('text', '')[:300])
        elif name == 'Page.loadEventFired':
            self.loaded = True

    def send(self, method, **params):
        self.number += 1
        m = {'id': self.number, 'method': method, 'params': params}
        if self.session is not None:
            m['sessionId'] = self.session
        data = json.dumps(m).encode() + b'\0'
        while data:
            data = data[os.write(self.to, data):]
        return self.number

    def ask(self, method, seconds=60, **params):
        number, end = self.send(method, **params), time.monotonic() + seconds
        while number not in self.answers:
            if time.monotonic() > end:
                raise RuntimeError(f'{method}: no answer in {seconds} s')
            self.take(end - time.monotonic())
        m = self.answers.pop(number)
        if 'error' in m:
            raise RuntimeError(f'{method}: {m["error"]}')
        return m['result']

    def show(self, path, seconds=60):
        """Load the page at |path| with all that it frames, and wait for what it does then; returns its documents."""
        self.scripts, self.requests, self.said, self.loaded = [], [], [], False
        self.ask('Page.navigate', url='file://' + path)
        end = time.monotonic() + seconds
        while not self.loaded:
            if time.monotonic() > end:
                raise RuntimeError(f'{path} is not shown in {seconds} s')
            self.take(end - time.monotonic())
        quiet = time.monotonic() + 0.3
        while self.take(quiet - time.monotonic()):
            pass
        return self.documents()

    def documents(self):
        """Of each document (url, title, [(element, {attribute: value})])."""
        shot = self.ask('DOMSnapshot.captureSnapshot', computedStyles=[])
        word, out = shot['strings'], []
        for d in shot['documents']:
            n, elements = d['nodes'], []
            for kind, name, attributes in zip(n['nodeType'], n['nodeName'], n['attributes']):
                if kind == 1:
                    pairs = [word[i] for i in attributes]
                    elements.append((word[name].lower(), dict(zip(pairs[::2], pairs[1::2]))))
            out.append((word[d['documentURL']], word[d['title']], elements))
        return out
