import CanaryCore
import CanaryReport
import Foundation
import Testing

@Suite struct NoticeTemplateTests {
    static let hostile: [String] = [
        "plain", "", "a \"quoted\" text with \\ and \u{8} and \u{1F}", "two\nlines\r\nand\ttabs",
        "🧨 👩‍👩‍👧‍👦 \u{0}\u{7F}\u{2028} <!channel> & <script>", "{{text}} {{{run}}} }} {{% x}}",
        String(repeating: "é\"\n<", count: 2500),
    ]

    private static func message(_ text: String, outcome: Outcome? = nil) -> NoticeMessage {
        NoticeMessage(
            namespace: "test1",
            name: "demo4",
            run: "run-1",
            urgency: .page,
            reason: Reason("rolling-back", text),
            outcome: outcome,
            weights: RouteWeights(stable: 90, canary: 10),
            stableName: "v1",
            canaryName: "v2",
            at: Timestamp(milliseconds: 1_800_000_000_250),
            startedAt: Timestamp(milliseconds: 1_800_000_000_000)
        )
    }

    private static func object(_ body: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
    }

    private static func rendering(_ name: String, _ message: NoticeMessage) throws -> [UInt8] {
        let rendering = try #require(NoticeTemplate(builtIn: name)).rendering(message)
        #expect(rendering.note == nil)
        return rendering.body
    }

    @Test(
        "every built-in template gives JSON, whatever the text",
        arguments: NoticeTemplate.builtIn,
        Self.hostile.indices
    )
    func valid(name: String, index: Int) throws {
        let text = Self.hostile[index]
        for outcome in [nil, Outcome.promoted(Reason("x", text)), .rolledBack(Reason("x", text), .incomplete(text))] {
            let body = try Self.rendering(name, Self.message(text, outcome: outcome))
            _ = try JSONSerialization.jsonObject(with: Data(body))
            #expect(body.count < 40_000)
        }
    }

    @Test("the plain form keeps its fields and their texts")
    func plain() throws {
        let object = try Self.object(Self.rendering("haldane", Self.message("a \"b\"\nc")))
        #expect(
            object as? [String: String] == [
                "schema": "haldane.notice/1", "run": "run-1", "canary": "test1/demo4", "urgency": "page",
                "reason": "rolling-back", "text": "a \"b\"\nc",
            ]
        )
    }

    @Test("Slack gets a text, and blocks within its limits that mention nobody", arguments: Self.hostile.indices)
    func slack(index: Int) throws {
        let text = Self.hostile[index]
        let object = try Self.object(Self.rendering("slack", Self.message(text)))
        let fallback = try #require(object["text"] as? String)
        let blocks = try #require(object["blocks"] as? [[String: Any]])
        let header = try #require(blocks.first?["text"] as? [String: Any])
        let section = try #require(blocks[1]["text"] as? [String: Any])
        let sectionText = try #require(section["text"] as? String)
        let headerText = try #require(header["text"] as? String)

        #expect(fallback.contains("test1/demo4 v1 → v2: rolling back"))
        #expect(blocks.map { $0["type"] as? String } == ["header", "section", "context"])
        #expect(header["type"] as? String == "plain_text")
        #expect((1...150).contains(headerText.utf16.count))
        #expect(section["type"] as? String == "mrkdwn")
        #expect((1...3000).contains(sectionText.utf16.count))
        #expect(!sectionText.contains("<"))
        let context = try #require(blocks[2]["elements"] as? [[String: String]])
        #expect(context.first?["text"] == "v1/v2 90/10 · run run-1 · 2027-01-15T08:00:00.250Z")
    }

    @Test("Teams gets a message with one Adaptive Card below 28 kB", arguments: Self.hostile.indices)
    func teams(index: Int) throws {
        let text = Self.hostile[index]
        let body = try Self.rendering("teams", Self.message(text, outcome: .held(.deadline, Reason("deadline", text))))
        let object = try Self.object(body)
        let attachment = try #require((object["attachments"] as? [[String: Any]])?.first)
        let card = try #require(attachment["content"] as? [String: Any])
        let elements = try #require(card["body"] as? [[String: Any]])
        let facts = try #require(elements[2]["facts"] as? [[String: String]])

        #expect(body.count < 28_000)
        #expect(object["type"] as? String == "message")
        #expect(attachment["contentType"] as? String == "application/vnd.microsoft.card.adaptive")
        #expect(card["type"] as? String == "AdaptiveCard")
        #expect(card["version"] as? String == "1.4")
        #expect(elements.map { $0["type"] as? String } == ["TextBlock", "TextBlock", "FactSet"])
        #expect(elements[0]["color"] as? String == "warning")
        #expect(facts.map { $0["title"] } == ["outcome", "weights", "time", "run"])
        #expect(facts.first?["value"] == "held(deadline)")
    }

    @Test("Alertmanager gets alerts whose labels do not change with the text, and whose times are in order")
    func alerts() throws {
        func alerts(_ message: NoticeMessage) throws -> [[String: Any]] {
            let body = try Self.rendering("alertmanager", message)
            return try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]])
        }
        let notice = try alerts(Self.message("first"))
        let other = try alerts(Self.message("second"))
        let bad = try alerts(Self.message("x", outcome: .rolledBack(Reason("errors", "x"), .proved)))
        let good = try alerts(Self.message("x", outcome: .promoted(Reason("done", "x"))))

        let labels = try #require(notice.first?["labels"] as? [String: String])
        #expect(
            labels == [
                "alertname": "HaldaneCanary", "namespace": "test1", "canary": "demo4", "run": "run-1",
                "severity": "critical",
            ]
        )
        #expect(notice.count == 1)
        #expect(other.first?["labels"] as? [String: String] == labels)
        #expect(notice.first?["startsAt"] as? String == "2027-01-15T08:00:00.250Z")
        #expect(notice.first?["endsAt"] == nil)
        // The page stays for an hour, whatever else was told is over.
        #expect(bad.map { ($0["labels"] as? [String: String])?["severity"] } == ["critical", "info", "warning"])
        #expect(bad.first?["labels"] as? [String: String] == labels)
        #expect(bad[0]["endsAt"] as? String == "2027-01-15T09:00:00.250Z")
        #expect(bad[1]["endsAt"] as? String == "2027-01-15T08:00:00.250Z")
        #expect(good.allSatisfy { $0["endsAt"] as? String == "2027-01-15T08:00:00.250Z" })
        for alert in bad + good + notice {
            #expect(Set(alert.keys).isSubset(of: ["labels", "annotations", "startsAt", "endsAt"]))
            let names = try #require(alert["labels"] as? [String: String]).keys
            #expect(names.allSatisfy { $0.allSatisfy { $0.isLetter } })
            if let start = alert["startsAt"] as? String, let end = alert["endsAt"] as? String { #expect(start <= end) }
        }
    }

    @Test("a user's own template is filled with escaped values")
    func own() throws {
        let text = """
            {{! a comment }}
            {"a": "{{canary}} {{weights}}", "b": "{{{text}}}", "c": "{{&reason}}", "d": {{#isEnd}}true{{/isEnd}}{{^isEnd}}false{{/isEnd}}}
            """
        let template = try NoticeTemplate(name: "own.mustache", text: text)
        let object = try Self.object(template.rendering(Self.message("x\"\n{{run}}")).body)

        #expect(object["a"] as? String == "test1/demo4 90/10")
        #expect(object["b"] as? String == "x\"\n{{run}}")
        #expect(object["c"] as? String == "rolling-back")
        #expect(object["d"] as? Bool == false)
    }

    static let broken: [(text: String, says: String)] = [
        (
            "{\"a\": \"{{outcom}}\"}",
            "t:1:8: 'outcom' is not a variable of a notice\n  1 | {\"a\": \"{{outcom}}\"}\n    |        ^\n  hint: did you mean 'outcome'?"
        ),
        ("{\n \"a\": \"{{#isEnd}}\"\n}", "t:2:8: the section '{{#isEnd}}' is never closed"),
        ("{{#isEnd}}{{/isPage}}", "t:1:11: '{{/isPage}}' closes '{{#isEnd}}' of line 1"),
        ("{{/isEnd}}", "t:1:1: '{{/isEnd}}' closes nothing"),
        ("{\"a\": \"{{run\"}", "t:1:8: '{{' without '}}' in the same line"),
        ("{{> /etc/passwd}}", "t:1:1: '{{> /etc/passwd}}' is not allowed in a notice"),
        ("{{=<% %>=}}", "t:1:1: '{{=<% %>=}}' is not allowed in a notice"),
        ("{{% CONTENT_TYPE: HTML}}", "is not allowed in a notice"),
        (
            "\"{{shorter(text)}}\"",
            "t:1:2: 'shorter' is not a transform\n  1 | \"{{shorter(text)}}\"\n    |  ^\n  hint: known: short, long, slack, markdown"
        ),
        ("\"{{short(text}}\"", "t:1:2: '{{short(text}}' is not a name"),
        ("\"{{run.id}}\"", "'run.id' is not a variable"),
        ("{{text}}", "t: does not give JSON for a notice"),
        ("{\"a\": 1,}", "does not give JSON"),
        ("{\"a\": \"x\"{{#isEnd}}, \"b\": {{outcome}}{{/isEnd}}}", "t: does not give JSON for an end"),
        ("", "it ends too early"),
        (String(repeating: "{{#isEnd}}", count: 20), "sections lie deeper than 16"),
        (String(repeating: "{{run}}", count: 600), "has more than 500 tags"),
        (String(repeating: " ", count: 70_000), "is longer than 64 KiB"),
        ("{{#resolved}}{{#resolved}}{{/resolved}}{{/resolved}}", "lies inside itself"),
    ]

    @Test("a broken template is refused with its place", arguments: Self.broken.indices)
    func refused(index: Int) throws {
        let (text, says) = Self.broken[index]
        let fault = #expect(throws: TemplateFault.self) { try NoticeTemplate(name: "t", text: text) }
        #expect(fault?.description.contains(says) == true, "\(fault?.description ?? "")")
    }

    @Test("built-in templates can be copied and used as one's own", arguments: ["slack", "teams", "alertmanager"])
    func copied(name: String) throws {
        let template = try NoticeTemplate(name: "copy", text: try #require(NoticeTemplate.text(of: name)))
        let message = Self.message("x")
        #expect(template.rendering(message).body == NoticeTemplate(builtIn: name)?.rendering(message).body)
    }

    @Test("random bytes are refused or give JSON, and never trap")
    func noise() throws {
        var seed: UInt64 = 20_260_4
        let pieces = [
            "{{", "}}", "{", "}", "\"", "#", "/", "^", "isEnd", "text", "short(", ")", "\n", " ", ",", ":", "[",
            "resolved", ".",
        ]
        for round in 0..<3000 {
            var text = ""
            for _ in 0..<12 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(seed >> 33) % pieces.count]
            }
            guard let template = try? NoticeTemplate(name: "t", text: text) else { continue }
            let body = template.rendering(Self.message("x")).body
            #expect(throws: Never.self, "round \(round): \(text)") {
                try JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)
            }
        }
    }

    @Test("who asked for problems or the end is not told of each step")
    func occasions() {
        let step = NoticeMessage(
            Notice(.info, Reason("step", "the canary's weight is 5 %")),
            about: SampleRun(canaryErrors: 0).header
        )
        let end = Self.message("x", outcome: .promoted(Reason("done", "x")))
        let page = Self.message("x")
        let told = NotifyTarget.Occasion.allCases.map { occasion in [step, page, end].map { occasion.includes($0) } }

        #expect(NotifyTarget.Occasion.allCases == [.all, .problems, .end])
        #expect(told == [[true, true, true], [false, true, true], [false, false, true]])
    }
}
