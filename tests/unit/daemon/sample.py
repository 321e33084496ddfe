#!/usr/bin/python3
"""Every line of the sample settings is a setting, and the user is made.
usage: sample.py QUIRED SAMPLE SYSUSERS"""
import re, shutil, subprocess, sys, tempfile
from pathlib import Path

quired, sample, sysusers = (Path(a).resolve() for a in sys.argv[1:])
failed = []


def check(ok, what):
    if not ok:
        failed.append(what)
        print('not so:', what)


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def settings(text, where):
    """quired -T of |text|: its exit status and what it prints."""
    path = where / 'quired.conf'
    path.write_text(text, encoding='utf-8')
    got = run(str(quired), '-T', '-c', str(path))
    return got.returncode, got.stdout


def test_sample(where):
    text = sample.read_text(encoding='utf-8')
    code, out = settings(text, where)
    check(code == 0, f'the sample is accepted as it is: {out}')
    # "#name value" is a setting, "# Words" is not.
    said = re.sub(r'(?m)^#(?! |$)', '', text)
    # The newsroom's folder that it names is looked into, its inbox, and its file of rules.
    room = where / 'newsroom'
    said = re.sub(r'(?m)^(publish ).*', rf'\1{room}', said)
    code, out = settings(said, where)
    check(code == 1 and f'{room}/charter' in out, f'a folder that is not there is told of: {out}')
    room.mkdir()
    (room / 'charter').write_text('')
    inbox = where / 'inbox'
    said = re.sub(r'(?m)^(\tinbox ).*', rf'\1{inbox}', said)
    code, out = settings(said, where)
    check(code == 1 and f'{inbox}: ' in out, f'an inbox that is not there is told of: {out}')
    inbox.mkdir()
    rules = where / 'newsroom.rules'
    said = re.sub(r'(?m)^(\trules ).*', rf'\1{rules}', said)
    code, out = settings(said, where)
    check(code == 1 and str(rules) in out, f'rules that are not there are told of: {out}')
    rules.write_text('keep article\ndrop p:hover\n')
    code, out = settings(said, where)
    check(code == 1 and f'{rules}, line 2: ' in out, f'a mistake in line 2 of the rules is found: {out}')
    rules.write_text('keep article\n')
    code, out = settings(said, where)
    check(code == 0, f'the sample is accepted with all that it shows: {out}')
    known = re.findall(r'(?m)^\t?([a-z]+)', out)
    shown = re.findall(r'(?m)^\t?([a-z]+) ', said)
    check(set(known) == set(shown), f'the sample shows every setting: {set(known) ^ set(shown)}')
    # Each line counts: one letter more in its name is a mistake in that very line.
    lines = said.split('\n')
    for i, line in enumerate(lines):
        if not line or line.startswith('# '):
            continue
        wrong = lines[:i] + [re.sub(r'^(\t?)([a-z]+)', r'\1\2x', line)] + lines[i + 1:]
        code, out = settings('\n'.join(wrong), where)
        check(code == 1 and f':{i + 1}: ' in out, f'a mistake in line {i + 1} of the sample is found: {out}')


def test_user(where):
    if shutil.which('systemd-sysusers') is None:
        print('systemd-sysusers is not here: the user is not made')
        return
    (where / 'root/etc').mkdir(parents=True)
    got = run('systemd-sysusers', '--root', str(where / 'root'), str(sysusers))
    check(got.returncode == 0, f'systemd-sysusers takes its file: {got.stdout}')
    if got.returncode == 0:
        made = (where / 'root/etc/passwd').read_text()
        check(re.search(r'(?m)^quire:.*:/var/lib/quire:\S*nologin$', made), f'a user is made who cannot log in: {made}')
        check(re.search(r'(?m)^quire:', (where / 'root/etc/group').read_text()), 'and a group')


with tempfile.TemporaryDirectory(prefix='quire-sample.') as t:
    test_sample(Path(t))
    test_user(Path(t))
sys.exit(1 if failed else 0)
