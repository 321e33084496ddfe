#include "tests/sim/sim.h"

struct host *liar_now;
