#!/usr/bin/python3
"""What quire's help says is in the man page and in every shell's completions, and nothing else is: each command and its options.
usage: completions.py QUIRE TOP"""
import os, re, subprocess, sys

COMMON = {'state', 'json', 'quiet', 'color', 'control', 'help'}
BASH = 'source "$1" && COMP_WORDS=(quire "$2" --) COMP_CWORD=2 && _quire && printf "%s\\n" "${COMPREPLY[@]}"'


def read(*path):
    with open(os.path.join(*path), encoding='utf-8') as f:
        return f.read()


def in_bash(path, command):
    """Those that it offers."""
    out = subprocess.run(['bash', '--norc', '-c', BASH, 'bash', path, command], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r'^--([a-z-]+)$', out, re.M)) - COMMON


def in_zsh(text, command):
    entry = re.search(rf'^\t(?:[a-z|]+\|)?{command}\) (.*?);;', text, re.M | re.S)
    return set(re.findall(r"'\*?--([a-z-]+)\[", entry[1])) if entry else set()


def in_fish(text, command):
    found = set()
    for commands, rest in re.findall(r"^complete -c quire -n '__fish_seen_subcommand_from ([a-z ]+)'(.*)$", text, re.M):
        if command in commands.split():
            found.update(re.findall(r' -l ([a-z-]+)', rest))
    return found


def in_manual(text, command):
    """Those of the lines that begin with it."""
    lines = re.findall(rf'^\*{command}(?:\*| ).*$', text, re.M)
    return set(re.findall(r'\*--([a-z-]+)\*', ' '.join(lines)))


def main(quire, top):
    def help_of(*command):
        return subprocess.run([quire, *command, '--help'], capture_output=True, text=True, check=True).stdout
    shells = os.path.join(top, 'contrib', 'completions')
    zsh, fish, manual = read(shells, '_quire'), read(shells, 'quire.fish'), read(top, 'contrib', 'man', 'quire.1.scd')
    commands = re.findall(r'^  ([a-z]+) ', help_of(), re.M)
    odd = []
    for command in commands:
        options = set(re.findall(r'^  (?:-\w, |    )--([a-z-]+)', help_of(command).split('Options of every command')[0], re.M))
        for where, found in (('bash', in_bash(os.path.join(shells, 'quire.bash'), command)), ('zsh', in_zsh(zsh, command)),
                             ('fish', in_fish(fish, command)), ('the man page', in_manual(manual, command))):
            odd += [f'{command} --{x}: not in {where}' for x in sorted(options - found)]
            odd += [f'{command} --{x}: in {where}, and none' for x in sorted(found - options)]
        odd += [f'{command}: not in {where}' for where, text in (('zsh', zsh), ('fish', fish), ('the man page', manual))
                if not re.search(rf'\b{command}\b', text)]
    print('\n'.join(odd) or f'{len(commands)} commands, in three shells and the man page')
    return bool(odd) or len(commands) < 20


sys.exit(main(*sys.argv[1:]))
