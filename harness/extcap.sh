#!/bin/sh
# A live session as a capture interface of Wireshark: linked to from ~/.config/wireshark/extcap,
# it stands among the interfaces, and a capture starts and ends a session.
# Source: Wireshark's doc/extcap.adoc, extcap_example.py.
here=$(dirname "$(readlink -f "$0")")
program=${LINKPULSE:-$here/../linkpulse} capture= fifo=
while [ $# -gt 0 ]; do
    case $1 in
    --extcap-interfaces)
        echo 'extcap {version=1}{help=docs/live.md}'
        echo 'interface {value=linkpulse}{display=the simulated board, linkpulse live}'
        exit
        ;;
    --extcap-dlts) echo 'dlt {number=1}{name=EN10MB}{display=Ethernet}' && exit ;;
    --extcap-config) exit ;;
    --capture) capture=yes ;;
    --fifo) fifo=$2 && shift ;;
    esac
    shift
done
[ -n "$capture" ] && [ -n "$fifo" ] && exec "$program" live -q --taps-out "$fifo"
echo "extcap.sh: expected --capture --fifo FIFO, as Wireshark gives them" >&2
exit 2
