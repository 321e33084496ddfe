#!/usr/bin/python3
"""Feed other people's Noise vectors to the C interpreter, as plain lines.

usage: noise_vectors.py CORPUS.SH NOISE_VECTORS
All fundamental and psk patterns of our suite must pass, with handshake hash and
transport messages; deferred patterns (NK1 …), which quire has not, are left out.
"""
import json, re, subprocess, sys

where = subprocess.run([sys.argv[1]], stdout=subprocess.PIPE, text=True)
if where.returncode != 0:
    sys.exit(where.returncode)
with open(where.stdout.strip() + '/crypto/noise-25519-chachapoly-blake2b.json') as f:
    vectors = json.load(f)['vectors']

lines, chosen = [], 0
for v in vectors:
    pattern = v['protocol_name'].split('_')[1]
    if re.match(r'[NKXI]*1', pattern):
        continue
    chosen += 1
    lines.append(f'pattern {pattern}')
    for side in ('init', 'resp'):
        for key in ('prologue', 'static', 'ephemeral', 'remote_static'):
            if v.get(f'{side}_{key}'):
                lines.append(f'{side}_{key} {v[f"{side}_{key}"]}')
        for psk in v.get(f'{side}_psks', []):
            lines.append(f'{side}_psk {psk}')
    if 'handshake_hash' in v:
        lines.append(f'hash {v["handshake_hash"]}')
    lines.append('go')
    for m in v['messages']:
        lines.append(f'message {m["payload"] or "-"} {m["ciphertext"]}')
    lines.append('end')

run = subprocess.run([sys.argv[2]], input='\n'.join(lines) + '\n', stdout=subprocess.PIPE, text=True)
print(run.stdout, end='')
if run.returncode != 0 or run.stdout.split() != [str(chosen), 'vectors'] or chosen < 64:
    sys.exit(f'{chosen} vectors were fed; the program left with {run.returncode}')
