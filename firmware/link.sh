#!/usr/bin/env bash
# link.sh NAME GCC ARGUMENT...: links an image and prints what it takes of its chip's memories.
# The linker refuses what does not fit, stack included.
name=$1
shift
log=$("$@" -Wl,--print-memory-usage 2>&1)
status=$?
awk -v name="$name" -v status=$status '
function octets(n, unit) { return unit == "GB" ? n * 1073741824 : unit == "MB" ? n * 1048576 : unit == "KB" ? n * 1024 : n }
$1 == "FLASH:" || $1 == "RAM:" {
    text = text sprintf("%s %s %d of %d octets", text ? "," : "", $1 == "RAM:" ? "RAM" : "flash", octets($2, $3), octets($4, $5))
    next
}
/^Memory region/ { next }
{ other = other $0 "\n" }
END {
    if (text && !status) print name ":" text
    printf "%s", other
}' <<<"$log"
exit $status
