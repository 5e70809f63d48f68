#!/usr/bin/env bash
# The files of `linkpulse gate`, of a planted result (gate_page VERDICT DIR writes them) and of
# the program's own: each is what its readers expect, and each check of that is seen to fail.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
page=$(dirname "$program")/../tests/gate_page

is() { python3 "$here/gate_reports.py" "$1" "$2"; }
is_not() { ! is "$@" 2>/dev/null; }
well_formed() { ! has xmllint || xmllint --noout "$1"; }
mkdir "$tree/0" "$tree/1" "$tree/2"
for verdict in 0 1 2; do
    dir=$tree/$verdict
    check "reports of verdict $verdict are written" eval "'$page' $verdict '$dir' >'$dir/text'"
    check "SARIF of verdict $verdict" is sarif "$dir/gate.sarif"
    check "JUnit of verdict $verdict" is junit "$dir/gate.xml"
    check "JUnit of verdict $verdict is well-formed" well_formed "$dir/gate.xml"
    check "HTML of verdict $verdict" is html "$dir/page.html"
    check "JSON of verdict $verdict" is json "$dir/gate.json"
done

# --- planted: files that are wrong -------------------------------------------------------
wrong() { # NAME KIND FILE SED: the file is not one after the edit
    sed "$4" "$tree/2/$3" >"$tree/wrong"
    cmp -s "$tree/wrong" "$tree/2/$3" && { fail "$1 (nothing was changed)"; return; }
    check "$1" is_not "$2" "$tree/wrong"
}
wrong "a SARIF level that is none is found" sarif gate.sarif 's/"level": "error"/"level": "fatal"/'
wrong "a misspelt SARIF property is found" sarif gate.sarif 's/"partialFingerprints"/"fingerprint"/'
wrong "a result of another rule is found" sarif gate.sarif 's/"ruleIndex": 0/"ruleIndex": 1/'
wrong "a SARIF line of 0 is found" sarif gate.sarif 's/"startLine": [0-9]*/"startLine": 0/'
wrong "a blank in a SARIF uri is found" sarif gate.sarif 's|"uri": "|"uri": "a b|'
wrong "another SARIF version is found" sarif gate.sarif 's/"version": "2.1.0"/"version": "2.0.0"/'
wrong "two test cases of one name are found" junit gate.xml 's/<testcase classname="[^"]*" name="[^"]*"/<testcase classname="x" name="y"/'
wrong "a wrong JUnit count is found" junit gate.xml 's/failures="[0-9]*"/failures="9"/'
wrong "a test case without a seed is found" junit gate.xml 's/<properties><property name="seed"[^>]*><.properties>//'
wrong "a script in the page is found" html page.html 's|<h2>Findings|<script></script><h2>Findings|'
wrong "a picture from outside is found" html page.html 's|<h2>Findings|<img src="http://x/y.png"><h2>Findings|'
wrong "a tag that is not closed is found" html page.html 's|</article>||'
wrong "a page without a viewport is found" html page.html '/viewport/d'

# --- in a browser ------------------------------------------------------------------------
browser() { # WIDTHxHEIGHT THEME(0 dark, 1 light) ARGUMENT...: its stderr in $tree/console
    local size=$1 theme=$2
    shift 2
    timeout 120 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --hide-scrollbars --user-data-dir="$tree/profile" --enable-logging=stderr \
        --window-size="${size/x/,}" --blink-settings=preferredColorScheme="$theme" "$@" \
        2>"$tree/console" </dev/null
}
quiet() { ! grep -q 'CONSOLE' "$tree/console"; }
png() { [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ]; }
shoots() { # FILE SIZE THEME: a picture, and nothing on the console
    rm -f "$tree/shot.png"
    browser "$2" "$3" --screenshot="$tree/shot.png" "file://$1" >/dev/null && png "$tree/shot.png" && quiet
}
# Only this test's copy of the page has a script: it tells how wide the page came out. In a frame,
# for a window of the browser has a least width.
fits() { # FILE SIZE
    sed 's|</body>|<script>parent.postMessage(document.documentElement.scrollWidth,"*")</script></body>|' \
        "$1" >"$tree/measured.html"
    cat >"$tree/frame.html" <<END
<!DOCTYPE html><title>none</title><script>onmessage=e=>document.title="wide "+e.data</script>
<iframe src="measured.html" style="border:0;width:${2%x*}px;height:${2#*x}px"></iframe>
END
    browser 1400x1000 1 --virtual-time-budget=3000 --dump-dom "file://$tree/frame.html" >"$tree/dom" &&
        [ "$(sed -n 's|.*<title>wide \([0-9]*\)</title>.*|\1|p' "$tree/dom")" = "${2%x*}" ]
}
not() { ! "$@"; }
background() { # FILE THEME: the colour of the body
    sed 's|</body>|<script>document.title="body "+getComputedStyle(document.body).backgroundColor</script></body>|' \
        "$1" >"$tree/measured.html"
    browser 360x800 "$2" --dump-dom "file://$tree/measured.html" |
        sed -n 's|.*<title>body \(.*\)</title>.*|\1|p'
}
themes_differ() {
    local light dark
    light=$(background "$1" 1) dark=$(background "$1" 0)
    [ -n "$light" ] && [ -n "$dark" ] && [ "$light" != "$dark" ]
}
if has chromium; then
    for size in 360x800 1280x900; do
        for theme in 0 1; do
            check "the page is shown at $size, theme $theme, without a console message" \
                shoots "$tree/2/page.html" $size $theme
        done
        check "the page is no wider than $size" fits "$tree/2/page.html" $size
        check "nor is the one with an eye" fits "$tree/1/page.html" $size
    done
    check "light and dark differ" themes_differ "$tree/2/page.html"
    sed 's|<h2>Findings|<div style="width:500px">x</div><h2>Findings|' "$tree/2/page.html" >"$tree/wide.html"
    check "a page that is too wide is found" not fits "$tree/wide.html" 360x800
    sed 's|</body>|<script>throw 1</script></body>|' "$tree/2/page.html" >"$tree/throws.html"
    check "a console error is found" not shoots "$tree/throws.html" 360x800 1
else
    skip "the page in a browser" "chromium is not installed"
fi
finish
