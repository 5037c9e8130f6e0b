import CanaryCore
import CanaryReport
import CanaryTestKit
import Foundation
import Testing

@Suite("Agent page")
struct AgentPageTests {
    private static func html(_ page: AgentPage) -> String { page.html(fragment: page.fragment, nonce: "n0nce") }

    /// What the heads of the table's rows say, in order.
    private static func rows(_ html: String) -> [String] {
        html.matches(of: /<tr class="[a-z]+"><th scope="row">(?:<a [^>]*>)?([a-z0-9-]+\/[a-z0-9-]+)/).map {
            String($0.output.1)
        }
    }

    private static func lint(_ html: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "haldane-\(UUID().uuidString).html")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(html.utf8).write(to: file)
        return try ServerProcess.output(
            of: "xmllint",
            ["--noout", "--nonet", file.path],
            variable: "XMLLINT",
            package: "libxml2-utils"
        )
    }

    @Test("shows what needs eyes first, and what holds for all")
    func busy() throws {
        let pages: Set = [CanaryKey(namespace: "shop", name: "checkout"), CanaryKey(namespace: "shop", name: "prices")]
        let html = Self.html(AgentPage(SampleFleet.busy, pages: pages))

        #expect(
            Self.rows(html) == [
                "shop/checkout", "shop/login", "search/typo", "shop/mail", "search/query", "shop/prices",
                "search/suggest", "search/web", "shop/cart",
            ]
        )
        #expect(html.contains("<a id=\"run/shop/checkout/\" href=\"run/shop/checkout/\">shop/checkout</a>"))
        #expect(!html.contains("href=\"run/shop/cart/\""))
        #expect(html.contains("1 rolling back, 1 held, 1 invalid, 1 rolled back, 1 paused</h1>"))
        #expect(
            html.contains(
                "Namespace search is frozen by alice until `haldane freeze -n search --lift --reason WHY`: end of quarter."
            )
        )
        #expect(html.contains("Pods are not kept up to date: the API server does not answer."))
        #expect(html.contains("this replica looks after 8 of them, 2 replicas in all"))
        try Golden.check(html, "agent-page.html", file: #filePath)
    }

    @Test("a namespace shows its own canaries, with links that work from there")
    func namespace() throws {
        let pages: Set = [CanaryKey(namespace: "search", name: "query")]
        let html = Self.html(AgentPage(SampleFleet.busy, pages: pages, namespace: "search"))

        #expect(Self.rows(html) == ["search/typo", "search/query", "search/suggest", "search/web"])
        #expect(html.contains("href=\"../../run/search/query/\""))
        #expect(html.contains("<a href=\"../../namespace/shop/\">shop</a> (5)"))
        #expect(html.contains("<a href=\"../../namespace/search/\" aria-current=\"page\">search</a> (4)"))
        #expect(html.contains("<a href=\"../../\">all namespaces</a> (9)"))
        #expect(html.contains("href=\"../../metrics\""))
        #expect(try Self.lint(html) == "")
    }

    @Test("a thousand canaries make a bounded page, and say what is left out")
    func large() throws {
        let view = SampleFleet.large(1000)
        let clock = ContinuousClock()
        var html = ""
        let time = clock.measure { html = Self.html(AgentPage(view)) }

        #expect(Self.rows(html).count == 500)
        let numbers = Self.rows(html).prefix(10).compactMap { $0.split(separator: "-").last.flatMap { Int($0) } }
        #expect(numbers.count == 10 && numbers.allSatisfy { $0 % 100 == 3 })
        #expect(html.contains("The 500 of 1,000 canaries that need eyes most"))
        #expect(html.contains("and 30 more, at namespace/NAME/"))
        #expect(html.utf8.count < 400_000, "\(html.utf8.count) bytes")
        #expect(time < .seconds(10))
        print("the page of 1,000 canaries: \(html.utf8.count) bytes, made in \(time)")
        #expect(try Self.lint(html) == "")
    }

    @Test("is well-formed and harmless, whatever things are called")
    func nasty() throws {
        let nasty = "<script>&\"\u{301}<\u{301}'{{x}}{{{y}}}]]>\u{1B}\u{0}\u{FFFE}日本"
        var view = SampleFleet.busy
        for index in view.canaries.indices {
            view.canaries[index].key = CanaryKey(namespace: nasty, name: "../\(nasty)\(index)")
            view.canaries[index].status.message = nasty
            view.canaries[index].status.stable?.name = nasty
            view.canaries[index].status.lastRun?.outcome = nasty
            view.canaries[index].owner = nasty
        }
        view.identity = nasty
        view.members = [AgentView.Member(id: nasty, isSelf: false)]
        view.mirrors[0].kind = nasty
        view.mirrors[0].failure = nasty
        view.policies[0].freeze = nasty
        view.policies[0].scope = .object(namespace: nasty, name: nasty)
        view.notes = [nasty]

        for namespace in [nil, nasty] {
            let html = Self.html(AgentPage(view, pages: Set(view.canaries.map(\.key)), namespace: namespace))
            #expect(html.components(separatedBy: "<script").count == 2)
            #expect(try Self.lint(html) == "")
            for link in html.matches(of: /href="([^"]*)"/) where link.output.1 != "data:," {
                #expect(link.output.1.wholeMatch(of: /#?[A-Za-z0-9._~%\/#-]*/) != nil, "\(link.output.1)")
                #expect(!link.output.1.contains("/../run/../") && !link.output.1.contains("//"), "\(link.output.1)")
            }
        }
    }

    @Test("before the agent has begun, and without canaries, the page says so")
    func nothing() throws {
        let waiting = Self.html(AgentPage(nil))
        #expect(waiting.contains("The agent is about to begin"))
        #expect(try Self.lint(waiting) == "")

        let empty = Self.html(AgentPage(AgentView(identity: "a", version: "1", startedAt: SampleFleet.start)))
        #expect(empty.contains("nothing to look after"))
        #expect(empty.contains("There is no canary here"))
        #expect(try Self.lint(empty) == "")
    }

    @Test("an agent that is not ready says why above all")
    func unready() {
        var view = SampleFleet.busy
        view.unreadiness = "the cluster's objects are not listed yet"
        #expect(AgentPage(view).fragment.contains("not ready: the cluster&#39;s objects are not listed yet</h1>"))

        view.mirrors[0].confirmedAt = nil
        #expect(AgentPage(view).fragment.contains("not listed yet</td>"))
    }

    @Test("a view that was only confirmed anew looks the same")
    func sameness() {
        var view = SampleFleet.busy
        view.mirrors[0].confirmedAt = SampleFleet.start.advanced(by: .seconds(30))
        #expect(view.looksLike(SampleFleet.busy))

        view.canaries[0].status.message = "another"
        #expect(!view.looksLike(SampleFleet.busy))
    }

    @Test(
        "names survive the way through a path",
        arguments: ["shop", "a.b", ".", "..", "a/b", "%", "ä ö", "<script>", "x-1_2~3", "\u{0}"]
    )
    func paths(name: String) {
        let segment = PagePath.segment(name)
        #expect(segment.wholeMatch(of: /[A-Za-z0-9._~%-]+/) != nil)
        #expect(segment != "." && segment != "..")
        #expect(PagePath.name(segment) == name)
    }

    @Test("what is no segment names nothing", arguments: ["", "%", "%4", "%zz", "%ff"])
    func noPath(segment: String) {
        #expect(PagePath.name(segment) == nil)
    }

    @Test("the same as JSON, on one line")
    func json() throws {
        let data = Data(SampleFleet.busy.json())
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let canaries = try #require(object["canaries"] as? [[String: Any]])

        #expect(object["schema"] as? String == "haldane.agent/1")
        #expect(object["isReady"] as? Bool == true)
        #expect(canaries.count == 9)
        #expect(canaries[1]["phase"] as? String == "RollingBack")
        #expect((canaries[1]["canary"] as? [String: Any])?["weight"] as? Int == 25)
        #expect(data.count { $0 == 0x0A } == 1)
    }

    @Test("what an operator stopped comes after what was rolled back without being asked")
    func stopped() {
        func canary(_ name: String, _ phase: CanaryStatus.Phase, _ outcome: String, _ label: String, weight: Int)
            -> AgentView.Canary
        {
            let stalled = phase == .idle
            var canary = SampleFleet.canary(name, phase, "as it is", weight: weight, last: outcome, stalled: stalled)
            canary.status.run = nil
            canary.status.lastRun?.label = label
            return canary
        }
        var view = SampleFleet.busy
        view.canaries = [
            canary("a-stopped", .held, "stopped", "operator", weight: 25),
            canary("b-asked", .idle, "rolledBack", "operator", weight: 0),
            canary("c-failed", .idle, "rolledBack", "degraded", weight: 0),
            canary("d-held", .held, "held(deadline)", "deadline", weight: 25),
        ]
        let html = AgentPage(view).fragment

        #expect(Self.rows(html) == ["shop/d-held", "shop/c-failed", "shop/a-stopped", "shop/b-asked"])
        #expect(html.contains("1 held, 1 rolled back, 2 stopped"))
    }
}
