#!/usr/bin/python3
"""Measure quire beside rsync -z, git and the floor, in one run on one machine.

Two network namespaces joined by a veth pair with every offload off, so that each
packet is counted as it would be on a line.  A serves, B fetches.  Bytes are both
directions at B's interface; CPU is what both ends' processes used (cgroup
accounting where there is one, else rusage and /proc) from just before B starts
until it is done; peak memory is the larger of the ends' VmHWM.

  W1  a first sync of everything    W2  the next 100 articles
  W3  nothing new                   W4  one article corrected
"""
import argparse, json, os, random, shutil, signal, socket, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
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
            with open(self.group + '/tasks', 'w') as f:
                f.write(str(os.getpid()))
        return subprocess.Popen(['ip', 'netns', 'exec', self.netns, *argv], preexec_fn=enter, **kw)

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

    def __init__(self, dir, bin, net, a, b):
        self.dir, self.bin, self.net, self.a, self.b = dir, bin, net, a, b
        self.src, self.dst = os.path.join(dir, 'a'), os.path.join(dir, 'b')
        os.makedirs(self.src)
        os.makedirs(self.dst)

    def stop(self):
        self.a.stop()

    def store(self):
        return self.dst


class Floor(System):
    name = 'floor'

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
        self.cloned = False

    def git(self, *argv):
        run('git', *argv, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def publish(self, files):
        for name, path in files:
            shutil.copyfile(path, os.path.join(self.src, name))
        self.git('-C', self.src, 'add', '-A')
        self.git('-C', self.src, 'commit', '-qm', 'issue')
        if not self.cloned:
            self.git('-C', self.src, 'gc', '-q')

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
