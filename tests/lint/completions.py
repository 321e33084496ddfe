#!/usr/bin/python3
"""What quire's help says is in the man page and in every shell's completions: each command and each option.
usage: completions.py QUIRE TOP"""
import os, re, subprocess, sys

SHELLS = '_quire', 'quire.bash', 'quire.fish'


def read(*path):
    with open(os.path.join(*path), encoding='utf-8') as f:
        return f.read()


def main(quire, top):
    def help_of(*command):
        return subprocess.run([quire, *command, '--help'], capture_output=True, text=True, check=True).stdout
    shells = {s: read(top, 'contrib', 'completions', s) for s in SHELLS}
    manual = read(top, 'contrib', 'man', 'quire.1.scd')
    commands = re.findall(r'^  ([a-z]+) ', help_of(), re.M)
    lacking = []
    for command in commands:
        options = re.findall(r'^  (?:-\w, |    )--([a-z-]+)', help_of(command).split('Options of every command')[0], re.M)
        lacking += [f'{command}: not in {s}' for s, text in shells.items() if not re.search(rf'\b{command}\b', text)]
        for option in options:
            lacking += [f'{command} --{option}: not in {s}' for s, text in shells.items() if not re.search(rf'\b{option}\b', text)]
            lacking += [f'{command} --{option}: not in the man page'] if f'*--{option}*' not in manual else []
    print('\n'.join(lacking) or f'{len(commands)} commands, in {len(shells)} shells and the man page')
    return bool(lacking) or len(commands) < 20


sys.exit(main(*sys.argv[1:]))
