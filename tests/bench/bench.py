#!/usr/bin/python3
"""Measure quire beside rsync -z, git and the floor, in one run on one machine.

Two network namespaces joined by a veth pair with every offload off, so that each
packet is counted as it would be on a line.  A serves, B fetches.  Bytes are both
directions at B's interface; CPU is what both ends' processes used (cgroup
accounting where there is one, else rusage and /proc) from just before B starts
until it is done; peak memory is the larger of the ends' VmHWM.

  W1  a first sync of everything    W2  the next 100 articles
  W3  nothing new                   W4  one article corrected

W1 is fetched three times, by newcomers, where that takes less than a second, and that of
median CPU is told: of so little a single run says as much of the machine as of it.
"""
import argparse, atexit, ctypes, json, os, random, shutil, signal, socket, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
NEWCOMERS = 3
ADDRESS = {'A': '10.91.7.1', 'B': '10.91.7.2'}


def run(*argv, **kw):
    return subprocess.run(argv, check=True, **kw)


def quiet(*argv):
    return subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


class Net:
    """Two namespaces and the wire between them."""

    def __init__(self):
        self.name = {side: f'quire-bench-{os.getpid()}-{side}' for side in 'AB'}
        for n in self.name.values():
            run('ip', 'netns', 'add', n)
        run('ip', 'link', 'add', 'qb0', 'netns', self.name['A'], 'type', 'veth',
            'peer', 'name', 'qb0', 'netns', self.name['B'])
        for side, n in self.name.items():
            run('ip', '-n', n, 'link', 'set', 'lo', 'up')
            run('ip', 'netns', 'exec', n, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1')
            run('ip', '-n', n, 'addr', 'add', ADDRESS[side] + '/24', 'dev', 'qb0')
            run('ip', 'netns', 'exec', n, 'ethtool', '-K', 'qb0', 'tso', 'off', 'gso', 'off', 'gro', 'off',
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            run('ip', '-n', n, 'link', 'set', 'qb0', 'up')

    def bytes(self):
        out = run('ip', 'netns', 'exec', self.name['B'], 'cat', '/proc/net/dev', capture_output=True, text=True).stdout
        f = next(l for l in out.splitlines() if 'qb0:' in l).split(':')[1].split()
        return int(f[0]) + int(f[8])

    def close(self):
        for n in self.name.values():
            quiet('ip', 'netns', 'del', n)


class Side:
    """The processes of one end, in a namespace and a cgroup of their own."""

    def __init__(self, net, side):
        self.netns = net.name[side]
        self.group = f'/sys/fs/cgroup/cpuacct/{net.name[side]}'
        os.mkdir(self.group)
        self.live = []

    def popen(self, argv, **kw):
        def enter():
            fd = os.open('/run/netns/' + self.netns, os.O_RDONLY)
            if LIBC.setns(fd, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), 'setns')
            os.close(fd)
        # What is counted begins with the program's own exec, not with a copy of this one.
        return subprocess.Popen(['sh', '-c', 'echo $$ >"$0" && exec "$@"', self.group + '/tasks', *argv],
                                preexec_fn=enter, **kw)

    def serve(self, argv, **kw):
        p = self.popen(argv, stdout=kw.pop('stdout', subprocess.DEVNULL), stderr=kw.pop('stderr', subprocess.DEVNULL), **kw)
        self.live.append(p)
        return p

    def run(self, argv, **kw):
        """Run to the end; returns the peak memory in KiB."""
        p = self.popen(argv, **kw)
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        if p.returncode != 0:
            raise SystemExit(f'bench: {" ".join(argv)} failed with {p.returncode}')
        return usage.ru_maxrss

    def cpu(self):
        with open(self.group + '/cpuacct.usage') as f:
            return int(f.read()) / 1e9

    def peak(self):
        """Largest VmHWM of what lives in the group, in KiB; resets it."""
        best = 0
        with open(self.group + '/tasks') as f:
            pids = {l.strip() for l in f}
        for pid in pids:
            try:
                with open(f'/proc/{pid}/status') as f:
                    best = max([best] + [int(l.split()[1]) for l in f if l.startswith('VmHWM')])
            except FileNotFoundError:
                pass
        return best

    def stop(self):
        for p in self.live:
            p.terminate()
        for p in self.live:
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        self.live = []

    def close(self):
        self.stop()
        for _ in range(50):
            try:
                os.rmdir(self.group)
                return
            except OSError:
                time.sleep(0.1)


def wait_port(net, side, port):
    for _ in range(200):
        if quiet('ip', 'netns', 'exec', net.name[side], sys.executable, '-c',
                 f'import socket; socket.create_connection(("{ADDRESS["A"]}", {port}), 1)') == 0:
            return
        time.sleep(0.05)
    raise SystemExit(f'bench: nothing listens on port {port}')


def disk(path):
    total = 0
    for top, _, names in os.walk(path):
        for n in names:
            total += os.lstat(os.path.join(top, n)).st_blocks * 512
    return total


class System:
    """One way to move articles.  publish() runs outside the clock, fetch() inside."""
    works = ('W1', 'W2', 'W3', 'W4')

    def __init__(self, dir, bin, net, a, b):
        self.dir, self.bin, self.net, self.a, self.b = dir, bin, net, a, b
        self.src, self.fetchers = os.path.join(dir, 'a'), 0
        os.makedirs(self.src)
        self.newcomer()

    def newcomer(self):
        """Who fetches from now on has nothing yet."""
        self.fetchers += 1
        self.dst = os.path.join(self.dir, f'b{self.fetchers}')
        os.makedirs(self.dst)

    def stop(self):
        self.a.stop()

    def store(self):
        return self.dst


class Floor(System):
    name = 'floor'
    works = ('W1',)

    def publish(self, files):
        run(os.path.join(self.bin, 'tests/bench/floor'), 'pack', self.src,
            input='\n'.join(path for _, path in files) + '\n', text=True)

    def start(self):
        self.a.serve([os.path.join(self.bin, 'tests/bench/floor'), 'serve', self.src, '7001'])
        wait_port_raw(self.net, 7001)

    def fetch(self):
        return self.b.run([os.path.join(self.bin, 'tests/bench/floor'), 'sync', ADDRESS['A'], '7001', self.dst])


def wait_port_raw(net, port):
    """Wait until something listens, without connecting (the floor serves one at a time)."""
    for _ in range(200):
        out = run('ip', 'netns', 'exec', net.name['A'], 'cat', '/proc/net/tcp', capture_output=True, text=True).stdout
        if any(f':{port:04X} ' in l and ' 0A ' in l for l in out.splitlines()):
            return
        time.sleep(0.05)
    raise SystemExit(f'bench: nothing listens on port {port}')


class Rsync(System):
    name = 'rsync -z'

    def publish(self, files):
        for name, path in files:
            shutil.copyfile(path, os.path.join(self.src, name))

    def start(self):
        conf = os.path.join(self.dir, 'rsyncd.conf')
        with open(conf, 'w') as f:
            f.write(f'use chroot = no\n[a]\npath = {self.src}\nread only = yes\n')
        self.a.serve(['rsync', '--daemon', '--no-detach', '--config', conf, '--port', '7002'])
        wait_port_raw(self.net, 7002)

    def fetch(self):
        return self.b.run(['rsync', '-rtz', f'rsync://{ADDRESS["A"]}:7002/a/', self.dst + '/'])


class Git(System):
    name = 'git'

    def __init__(self, *a):
        super().__init__(*a)
        self.key = os.path.join(self.dir, 'key')
        run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', self.key)
        with open(self.key + '.allowed', 'w') as f, open(self.key + '.pub') as pub:
            f.write('bench@localhost ' + pub.read())
        self.env = dict(os.environ, GIT_CONFIG_NOSYSTEM='1', HOME=self.dir, GIT_CONFIG_GLOBAL=os.path.join(self.dir, 'gitconfig'))
        with open(self.env['GIT_CONFIG_GLOBAL'], 'w') as f:
            f.write('[user]\nname = bench\nemail = bench@localhost\n'
                    f'signingkey = {self.key}.pub\n[gpg]\nformat = ssh\n[gpg "ssh"]\nallowedSignersFile = {self.key}.allowed\n'
                    '[commit]\ngpgsign = true\n[gc]\nauto = 0\n[safe]\ndirectory = *\n[init]\ndefaultBranch = main\n')
        self.git('init', '-q', self.src)
        self.packed = False

    def newcomer(self):
        super().newcomer()
        self.cloned = False

    def git(self, *argv):
        run('git', *argv, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def publish(self, files):
        for name, path in files:
            shutil.copyfile(path, os.path.join(self.src, name))
        self.git('-C', self.src, 'add', '-A')
        self.git('-C', self.src, 'commit', '-qm', 'issue')
        if not self.packed:
            self.git('-C', self.src, 'gc', '-q')
        self.packed = True

    def start(self):
        self.a.serve(['git', 'daemon', '--reuseaddr', '--export-all', f'--base-path={self.dir}', '--port=7003'], env=self.env)
        wait_port_raw(self.net, 7003)

    def fetch(self):
        url = f'git://{ADDRESS["A"]}:7003/a'
        if not self.cloned:
            os.rmdir(self.dst)
            peak = self.b.run(['git', 'clone', '-q', url, self.dst], env=self.env)
            self.b.run(['git', '-C', self.dst, 'verify-commit', 'HEAD'], env=self.env, stderr=subprocess.DEVNULL)
            self.cloned = True
            return peak
        return self.b.run(['git', '-C', self.dst, 'pull', '-q', '--verify-signatures'], env=self.env,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Quire(System):
    """quired publishes in issues of about 20; a reader syncs with an invite."""
    name = 'quire'
    PER_ISSUE = 20

    def __init__(self, *a):
        super().__init__(*a)
        self.ask('key', 'new', os.path.join(self.dir, 'room'), '--name', 'Bench', '--lang', 'en', '--quiet')
        with open(os.path.join(self.dir, 'conf'), 'w') as f:
            f.write(f'state {self.src}\ncontrol {self.control}\nlisten {ADDRESS["A"]}:7004\nreserve 1M\nlog error\n'
                    f'publish {self.dir}/room\n')
        self.serve()
        self.invite = self.ask('--control', self.control, 'invite', 'new', '--quiet').strip()
        with open(os.path.join(self.dir, 'room', 'link')) as f:
            self.link = f.read().strip()
        self.follow()

    def newcomer(self):
        super().newcomer()
        self.quire = os.path.join(self.bin, 'client', 'quire')
        self.control = os.path.join(self.dir, 'control')
        self.env = dict(os.environ, QUIRE_HOME=self.dst)
        if self.fetchers > 1:
            self.follow()

    def follow(self):
        self.ask('follow', self.link, '--quiet')

    def ask(self, *argv):
        return run(self.quire, *argv, env=self.env, capture_output=True, text=True).stdout

    def serve(self):
        r, w = os.pipe()
        self.a.serve([os.path.join(self.bin, 'daemon', 'quired'), '-c', os.path.join(self.dir, 'conf'), '-n', str(w)],
                     pass_fds=[w], stderr=None)
        os.close(w)
        if os.read(r, 16) != b'READY\n':
            raise SystemExit('bench: quired did not start')
        os.close(r)

    def binding(self):
        """True while a volume is being made."""
        lines = self.ask('--control', self.control, 'status', '--json').splitlines()
        return next(json.loads(x)['binding'] for x in lines if '"what":"feed"' in x)

    def publish(self, files):
        paths = [path for _, path in files]
        for i in range(0, len(paths), self.PER_ISSUE):
            self.ask('--control', self.control, 'publish', '--quiet', *paths[i:i + self.PER_ISSUE])
        while self.binding():  # volumes are made in the background
            time.sleep(0.3)

    def start(self):
        pass

    def stop(self):
        pass

    def fetch(self):
        return self.b.run([self.quire, 'sync', '--quiet', self.invite], env=self.env)


class QuireNode(Quire):
    """The same, fetched by a node that mirrors it, and is started for that."""
    name = 'quire node'
    works = ('W1', 'W2')  # what nodes tell each other on open links has no end

    def follow(self):
        self.other = os.path.join(self.dir, 'other')
        with open(self.other + '.conf', 'w') as f:
            f.write(f'state {self.dst}\ncontrol {self.other}\nlisten {ADDRESS["B"]}:7005\nreserve 1M\nlog error\n'
                    f'peer {self.invite}\nfollow {self.link}\n')

    def feed(self, control):
        lines = self.ask('--control', control, 'status', '--json').splitlines()
        return next(json.loads(x) for x in lines if '"what":"feed"' in x)

    def fetch(self):
        head = self.feed(self.control)['head']
        r, w = os.pipe()
        p = self.b.popen([os.path.join(self.bin, 'daemon', 'quired'), '-c', self.other + '.conf', '-n', str(w)], pass_fds=[w])
        os.close(w)
        os.read(r, 16)
        os.close(r)
        while (f := self.feed(self.other))['head'] < head or f['packs_wanted'] > 0:
            time.sleep(0.2)
        peak = self.b.peak()
        p.terminate()
        p.wait()
        return peak


def corpus_files(corpus):
    """(name, path) of every article, in the order in which they were written."""
    import csv
    with open(os.path.join(corpus, 'articles', 'articles.tsv'), encoding='utf-8') as f:
        rows = list(csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE))
    rows.sort(key=lambda r: r['date'])
    return [(r['path'].replace('/', '_'), os.path.join(corpus, 'articles', r['path'])) for r in rows]


def folder_files(folder):
    out = []
    for top, _, names in sorted(os.walk(folder)):
        for n in sorted(names):
            if n.endswith(('.html', '.htm', '.md', '.txt')):
                path = os.path.join(top, n)
                out.append((os.path.relpath(path, folder).replace('/', '_'), path))
    return out


def correct(dir, file):
    """A copy of |file| with one sentence changed."""
    name, path = file
    out = os.path.join(dir, os.path.basename(path))
    with open(path, encoding='utf-8') as f:
        text = f.read()
    at = text.rfind('</p>') if '</p>' in text else len(text)
    with open(out, 'w', encoding='utf-8') as f:
        f.write(text[:at] + ' An earlier version of this article misspelt a name.' + text[at:])
    return name, out


def measure(cls, bin, files, runs):
    """Results of one system: W1 to W4, each once, on a wire of its own."""
    dir = tempfile.mkdtemp(prefix='quire-bench.')
    # At the very end: for seconds after a large deletion ext4 makes new files at many times the cost.
    atexit.register(shutil.rmtree, dir, ignore_errors=True)
    net = Net()
    a, b = Side(net, 'A'), Side(net, 'B')
    out = []
    try:
        s = cls(dir, bin, net, a, b)
        later = files[-100:]
        fixed = correct(dir, files[len(files) // 2])
        for work, fresh in (('W1', files[:-100]), ('W2', later), ('W3', []), ('W4', [fixed])):
            if work not in runs:
                break
            if fresh:
                s.publish(fresh)
            got = [once(s, work)]
            while work == 'W1' and got[0]['cpu_s'] < 1 and len(got) < NEWCOMERS:
                s.newcomer()
                got.append(once(s, work))
            out.append(sorted(got, key=lambda r: r['cpu_s'])[len(got) // 2])
    finally:
        a.close()
        b.close()
        net.close()
    return out


def once(s, work):
    s.start()
    rest(s.a, s.b)
    s.a.peak()
    cpu, wire, wall = s.a.cpu() + s.b.cpu(), s.net.bytes(), time.monotonic()
    peak = s.fetch()
    wall = time.monotonic() - wall
    time.sleep(0.3)
    out = {'system': s.name, 'work': work, 'wire_bytes': s.net.bytes() - wire,
           'cpu_s': round(s.a.cpu() + s.b.cpu() - cpu, 4), 'wall_s': round(wall, 3),
           'peak_rss_kib': max(peak, s.a.peak()), 'disk_bytes': disk(s.store())}
    s.stop()
    return out


def rest(a, b):
    """Until nobody has any work left over from publishing."""
    cpu, at = -1.0, time.monotonic()
    while (now := a.cpu() + b.cpu()) - cpu > 0.002 and time.monotonic() - at < 60:
        cpu = now
        time.sleep(0.5)


def ratios(results):
    """What was to be reached, as ratios within this run."""
    by = {(r['system'], r['work']): r for r in results}

    def ratio(work, field, other, one='quire'):
        a, b = by.get((one, work)), by.get((other, work))
        return a[field] / b[field] if a and b and b[field] else None

    rows = [('W1 wire / floor', ratio('W1', 'wire_bytes', 'floor'), 1.10), ('W1 cpu / floor', ratio('W1', 'cpu_s', 'floor'), 4.0),
            ('W1 cpu / git', ratio('W1', 'cpu_s', 'git'), 0.25), ('W2 wire / git', ratio('W2', 'wire_bytes', 'git'), 0.75),
            ('W2 wire, node / git', ratio('W2', 'wire_bytes', 'git', 'quire node'), 0.60),
            ('W2 cpu / git', ratio('W2', 'cpu_s', 'git'), 0.10)]
    for work, wire, cpu in (('W3', 4600, 0.005), ('W4', 8000, 0.010)):
        q = by.get(('quire', work))
        if q:
            rows += [(f'{work} wire bytes / limit', q['wire_bytes'] / wire, 1.0), (f'{work} cpu / limit', q['cpu_s'] / cpu, 1.0)]
    return [r for r in rows if r[1] is not None]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('build', help='a release build of quire')
    p.add_argument('folder', nargs='?', help='articles (default: the corpus)')
    p.add_argument('--json', action='store_true', help='one object a system and workload')
    p.add_argument('--systems', default='floor,rsync -z,git,quire,quire node')
    p.add_argument('--works', default='W1,W2,W3,W4')
    p.add_argument('--limit', type=int, default=0, help='only so many articles')
    o = p.parse_args()
    if o.folder:
        files = folder_files(o.folder)
    else:
        got = subprocess.run([os.path.join(HERE, '..', 'lib', 'corpus.sh'), 'pack'], stdout=subprocess.PIPE, text=True)
        if got.returncode != 0:
            return 77
        files = corpus_files(got.stdout.strip())
    if o.limit:
        files = files[::max(1, len(files) // o.limit)]
    if len(files) < 201:
        raise SystemExit('bench: 201 articles at least are needed')
    if os.geteuid() != 0:
        raise SystemExit('bench: network namespaces need root')
    results = []
    for cls in (Floor, Rsync, Git, Quire, QuireNode):
        if cls.name not in o.systems.split(','):
            continue
        works = [w for w in o.works.split(',') if w in cls.works]
        for r in measure(cls, o.build, files, works):
            results.append(r)
            if o.json:
                print(json.dumps(r), flush=True)
            else:
                print(f'{r["system"]:10} {r["work"]}  {r["wire_bytes"]:>11,} B  {r["cpu_s"]:8.3f} cpu s  {r["wall_s"]:7.2f} s  '
                      f'{r["peak_rss_kib"] / 1024:6.1f} MiB  {r["disk_bytes"] / 1e6:7.1f} MB on disk', flush=True)
    if not o.json:
        print()
        for name, got, limit in ratios(results):
            print(f'{name:26} {got:7.3f}  to reach {limit:5.2f}  {"reached" if got <= limit else "MISSED"}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
