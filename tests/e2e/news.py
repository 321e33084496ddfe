"""A little network of quired on loopback, for tests: newsroom, mirrors, readers."""
import json, os, random, shutil, signal, socket, subprocess, tempfile, time


class Failed(Exception):
    pass


def free_port():
    """Below those that a system hands out by itself, so that nobody takes it while a server is down."""
    for port in random.sample(range(20000, 32768), 100):
        with socket.socket() as s:
            if s.connect_ex(('127.0.0.1', port)) != 0:
                return port
    raise Failed('no port is free')


class Newsworld:
    """Programs from |build|; everything lies below a temporary folder and ends with it."""

    def __init__(self, build):
        build = os.path.abspath(build)
        self.quired = os.path.join(build, 'daemon', 'quired')
        self.quire = os.path.join(build, 'client', 'quire')
        self.dir = tempfile.mkdtemp(prefix='quire-e2e.')
        self.nodes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def run(self, *args, ok=True, home=None, timeout=300, text=True, input=None, cwd=None, preexec=None):
        env = dict(os.environ, QUIRE_HOME=home or self.path('reader'), LC_ALL='C.UTF-8', NO_COLOR='1')
        r = subprocess.run([self.quire, *args], env=env, capture_output=True, text=text, timeout=timeout, input=input, cwd=cwd, preexec_fn=preexec)
        if ok and r.returncode != 0:
            raise Failed(f'quire {" ".join(args)[:200]}: exit {r.returncode}\n{r.stderr}')
        return r

    def newsroom(self, name='Newsroom', folder='newsroom', lang='en'):
        self.run('key', 'new', self.path(folder), '--name', name, '--lang', lang)
        with open(self.path(folder, 'link')) as f:
            return f.read().strip()

    def node(self, *lines, name=None):
        node = Node(self, name or f'node{len(self.nodes) + 1}', lines)
        self.nodes.append(node)
        node.start()
        return node

    def chain(self, link, length=3, *lines):
        """A publishing node, and mirrors each of which knows the one before."""
        nodes = [self.node('publish ' + self.path('newsroom'), *lines)]
        while len(nodes) < length:
            nodes.append(self.node('peer ' + nodes[-1].invite(), 'follow ' + link, *lines))
        return nodes


class Node:
    def __init__(self, world, name, lines):
        self.world, self.name = world, name
        self.dir = world.path(name)
        self.proc = None
        os.makedirs(self.dir, exist_ok=True)
        self.control = os.path.join(self.dir, 'control')
        self.conf = os.path.join(self.dir, 'quired.conf')
        self.log = os.path.join(self.dir, 'log')
        self.port = 0
        self.lines = list(lines)

    def write_conf(self):
        with open(self.conf, 'w') as f:
            f.write(f'state {self.dir}/state\ncontrol {self.control}\nlisten 127.0.0.1:{self.port}\nreserve 1M\n')
            f.write('\n'.join(self.lines) + '\n')

    def start(self):
        self.write_conf()
        r, w = os.pipe()
        with open(self.log, 'a') as log:
            # A leak checker would have to trace the process, which its sandbox forbids.
            env = dict(os.environ, ASAN_OPTIONS='detect_leaks=0')
            self.proc = subprocess.Popen([self.world.quired, '-c', self.conf, '-n', str(w)], pass_fds=[w], stderr=log, env=env)
        os.close(w)
        ready = os.read(r, 16)
        os.close(r)
        if ready != b'READY\n':
            self.proc.wait()
            with open(self.log) as f:
                raise Failed(f'{self.name} did not start:\n' + f.read()[-2000:])
        if self.port == 0:  # keep it over restarts: invites name it
            self.port = next(x['port'] for x in self.ask('status') if x['what'] == 'status')

    def ask(self, *args, ok=True):
        out = self.world.run('--control', self.control, *args, '--json', ok=ok).stdout
        return [json.loads(line) for line in out.splitlines()]

    def invite(self):
        return self.world.run('--control', self.control, 'invite', 'new', '--quiet').stdout.strip()

    def publish(self, *files, ok=True):
        return self.world.run('--control', self.control, 'publish', *files, ok=ok, timeout=600)

    def feed(self):
        return next(x for x in self.ask('status') if x['what'] == 'feed')

    def wait(self, until, seconds=60, what='what was awaited'):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if until(self.feed()):
                return
            time.sleep(0.1)
        raise Failed(f'{self.name}: {what} did not come: {self.feed()}')

    def kill(self):
        self.proc.send_signal(signal.SIGKILL)
        self.proc.wait()

    def stop(self):
        if self.proc is not None and self.proc.poll() is None:
            self.proc.send_signal(signal.SIGTERM)
            try:
                self.proc.wait(20)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()
        return self.proc.returncode if self.proc is not None else None
