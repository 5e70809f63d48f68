#!/bin/sh
# Checks the captures against captures.tsv: exactly one row for each file and one file for
# each row, frames (none of them skipped) and SHA-256 as stated, 5 MB at most together.
#
#   check.sh GENERATE [--update] [DIRECTORY]
#
# --update writes the frames and hashes found into the rows; rows themselves are written
# by hand. Exit 0 when all is right, 1 with one line per fault.
set -eu

generate=${1:?usage: check.sh GENERATE [--update] [DIRECTORY]}
shift
case $generate in /*) ;; *) generate=$PWD/$generate ;; esac
update=''
[ "${1-}" != --update ] || { update=1; shift; }
cd "${1:-$(dirname "$0")}"
limit=5000000 total=0
tab=$(printf '\t')
work=$(mktemp -d)
new=$work/captures.tsv faults=$work/faults
trap 'rm -rf "$work"' EXIT
: >"$faults"

fault() { echo "captures: $*" | tee -a "$faults"; }

while IFS= read -r line; do
    case $line in
    '#'*) printf '%s\n' "$line" >>"$new"; continue ;;
    esac
    file=${line%%"$tab"*} rest=${line#*"$tab"}
    frames=${rest%%"$tab"*} rest=${rest#*"$tab"}
    hash=${rest%%"$tab"*} rest=${rest#*"$tab"}
    [ -f "$file" ] || { fault "$file: has a row and no file"; continue; }
    is_hash=$(sha256sum "$file" | cut -d ' ' -f 1)
    counts=$("$generate" --count "$file" 2>&1) || { fault "$counts"; continue; }
    is_frames=${counts% *}
    [ "${counts#* }" = 0 ] || fault "$file: ${counts#* } frames that cannot be sent"
    if [ -z "$update" ]; then
        [ "$frames" = "$is_frames" ] || fault "$file: $is_frames frames, its row says $frames"
        [ "$hash" = "$is_hash" ] || fault "$file: SHA-256 $is_hash, its row says $hash"
    fi
    printf '%s\t%s\t%s\t%s\n' "$file" "$is_frames" "$is_hash" "$rest" >>"$new"
    total=$((total + $(wc -c <"$file")))
done <captures.tsv

for file in *.pcap *.pcapng; do
    [ -e "$file" ] || continue
    rows=$(awk -F '\t' -v file="$file" '$1 == file' captures.tsv | wc -l)
    [ "$rows" = 1 ] || fault "$file: $rows rows, expected 1"
done
[ "$total" -le "$limit" ] || fault "$total octets together, at most $limit"

[ ! -s "$faults" ] || exit 1
[ -z "$update" ] || cp "$new" captures.tsv
