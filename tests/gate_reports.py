#!/usr/bin/env python3
"""What the gate's files must be.

gate_reports.py sarif FILE   SARIF 2.1.0: required properties, values of enums, nothing misspelt
gate_reports.py junit FILE   unique test cases with a seed; the counts are those of the cases
gate_reports.py html FILE    well nested, escaped, nothing from outside, for phones and both themes
gate_reports.py json FILE    linkpulse.gate/1
Exit 1 with the reason.
"""
import html.parser
import json
import re
import sys
import xml.etree.ElementTree

# Of OASIS SARIF 2.1.0, sections 3.13 to 3.58: what this project writes of it, and what of that
# is required. A property that stands in neither list is a misspelling.
SHAPES = {
    "log": ({"$schema", "version", "runs"}, {"version", "runs"}),
    "run": ({"tool", "invocations", "results", "columnKind", "properties"}, {"tool"}),
    "driver": ({"name", "version", "rules"}, {"name"}),
    "rule": ({"id", "shortDescription", "fullDescription", "defaultConfiguration", "properties"},
             {"id"}),
    "result": ({"ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints",
                "suppressions"}, {"message"}),
    "location": ({"physicalLocation", "logicalLocations"}, set()),
    "physical": ({"artifactLocation", "region"}, {"artifactLocation"}),
    "artifact": ({"uri", "uriBaseId"}, {"uri"}),
    "region": ({"startLine"}, {"startLine"}),
    "invocation": ({"executionSuccessful", "commandLine", "toolExecutionNotifications"},
                   {"executionSuccessful"}),
    "notification": ({"level", "message", "associatedRule"}, {"message"}),
    "suppression": ({"kind", "justification"}, {"kind"}),
}
LEVELS = {"none", "note", "warning", "error"}


def need(condition, why):
    if not condition:
        sys.exit(why)


def shaped(kind, thing):
    known, required = SHAPES[kind]
    need(isinstance(thing, dict), f"{kind}: {thing!r} is no object")
    need(required <= thing.keys(), f"{kind} lacks {required - thing.keys()}")
    need(thing.keys() <= known, f"{kind} has {thing.keys() - known}")
    return thing


def message(thing):
    need(isinstance(thing.get("text"), str) and thing["text"], f"an empty message: {thing}")


def sarif_result(result, rules):
    shaped("result", result)
    message(result["message"])
    need(result["level"] in LEVELS, f"level {result['level']}")
    need(rules[result["ruleIndex"]]["id"] == result["ruleId"], "ruleIndex is another rule's")
    need(len(result["locations"]) == 1, "one location per result")
    for location in result["locations"]:
        physical = shaped("physical", shaped("location", location)["physicalLocation"])
        uri = shaped("artifact", physical["artifactLocation"])["uri"]
        need(re.fullmatch(r"(file://)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri), f"uri {uri}")
        need(uri.startswith("file:///") or physical["artifactLocation"].get("uriBaseId"),
             "a relative uri without its base")
        need(shaped("region", physical["region"])["startLine"] >= 1, "startLine")
    for suppression in result.get("suppressions", []):
        need(shaped("suppression", suppression)["kind"] in ("external", "inSource"), "kind")


def sarif(path):
    log = shaped("log", json.load(open(path, encoding="utf-8")))
    need(log["version"] == "2.1.0", "version")
    need(log["$schema"].endswith("sarif-2.1.0.json"), "$schema")
    need(len(log["runs"]) == 1, "one run")
    run = shaped("run", log["runs"][0])
    rules = shaped("driver", run["tool"]["driver"])["rules"]
    for rule in rules:
        message(shaped("rule", rule)["shortDescription"])
        message(rule["fullDescription"])
        need(rule["defaultConfiguration"]["level"] in LEVELS, "level")
    need(len({rule["id"] for rule in rules}) == len(rules), "two rules of one id")
    for result in run["results"]:
        sarif_result(result, rules)
    for invocation in run["invocations"]:
        for note in shaped("invocation", invocation)["toolExecutionNotifications"]:
            message(shaped("notification", note)["message"])
            need(note["associatedRule"]["id"] in {rule["id"] for rule in rules}, "rule")


def junit(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    suite = root.find("testsuite")
    cases = suite.findall("testcase")
    names = {(case.get("classname"), case.get("name")) for case in cases}
    need(len(names) == len(cases) > 1, "test cases of one name")
    need(int(suite.get("tests")) == len(cases), "tests")
    for kind in ("failure", "skipped"):
        counted = sum(case.find(kind) is not None for case in cases)
        attribute = {"failure": "failures", "skipped": "skipped"}[kind]
        need(int(suite.get(attribute)) == counted, f"{attribute}: {counted}")
    for case in cases:
        seeds = [p for p in case.iter("property") if p.get("name") == "seed"]
        need(len(seeds) == 1 and re.fullmatch(r"\d+", seeds[0].get("value")), "seed")


class Page(html.parser.HTMLParser):
    VOID = {"meta", "link", "br", "hr", "img"}

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.metas = [], set(), []

    def handle_starttag(self, tag, attributes):
        need(tag != "script", "a script")
        self.seen.add(tag)
        for name, value in attributes:
            need(not name.startswith("on"), f"a handler: {name}")
            outside = name in ("src", "href", "srcset") and not value.startswith("data:")
            need(not outside, f"from outside: {value}")
        if tag == "meta":
            self.metas.append(dict(attributes))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        need(self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}")
        self.open.pop()


def page(path):
    text = open(path, encoding="utf-8").read()
    parser = Page()
    parser.feed(text)
    parser.close()
    need(not parser.open, f"not closed: {parser.open}")
    need({"html", "title", "style", "h1", "h2"} <= parser.seen, "no page")
    need(any(meta.get("name") == "viewport" for meta in parser.metas), "no viewport")
    need("prefers-color-scheme:dark" in text, "no dark theme")
    need("url(" not in text and "@import" not in text, "a resource in the style")


def gate_json(path):
    gate = json.load(open(path, encoding="utf-8"))
    need(gate["schema"] == "linkpulse.gate/1", "schema")
    need(gate["verdict"] in ("order", "order with reservations", "do not order"), "verdict")
    for finding in gate["findings"]:
        need(finding["severity"] in ("note", "reservation", "failure"), "severity")
        need(finding["text"] and not finding["text"].endswith("."), "text")
    need(isinstance(gate["checks_not_run"], list), "checks_not_run")
    failures = [f for f in gate["findings"] if f["severity"] == "failure" and not f["waived"]]
    need(not failures or gate["verdict"] == "do not order", "ordered with failures")


def main():
    kinds = {"sarif": sarif, "junit": junit, "html": page, "json": gate_json}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    kinds[sys.argv[1]](sys.argv[2])


main()
