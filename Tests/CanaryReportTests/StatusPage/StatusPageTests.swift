import CanaryCore
import CanaryReport
import CanaryTestKit
import Foundation
import Testing

@Suite("Status page")
struct StatusPageTests {
    private static func page(_ progress: RunProgress, name: String? = nil) -> StatusPage {
        var header = progress.header
        if let name { header.spec.name = name }
        let status = RunStatus(
            header: header,
            rollout: progress.rollout,
            ledger: progress.ledger,
            at: progress.at,
            state: .running,
            journal: "/var/lib/haldane/run-1",
            process: 1
        )
        return StatusPage(status: status, ledger: progress.ledger)
    }

    private static func html(_ page: StatusPage) -> String { page.html(fragment: page.fragment, nonce: "n0nce") }

    @Test("says where the run is, and what comes next, in each phase")
    func phases() throws {
        var run = SampleRun(canaryErrors: 0.2)
        run.play(rounds: 200)
        var seen: [String] = []

        for progress in run.progress {
            let fragment = Self.page(progress).fragment
            let headline = try #require(fragment.firstMatch(of: /<h1 [^>]*>([^<]*)<\/h1>/)).output.1
            if seen.last != String(headline) { seen.append(String(headline)) }
            #expect(fragment.contains("<strong>Next:</strong> "))
        }

        #expect(seen.first == "starting")
        #expect(seen.contains("learning what is normal for v1"))
        #expect(seen.contains("comparing, step 1 of 5 at 5\u{A0}%"))
        #expect(seen.last == "rolled back")
    }

    @Test("names the releases of both versions where pods tell them, on the page, in the text and as JSON")
    func releases() throws {
        var run = SampleRun(canaryErrors: 0.004)
        run.play(rounds: 40)
        var progress = try #require(run.progress.last)
        #expect(!Self.page(progress).fragment.contains("<dt>versions</dt>"))
        progress.header.images = ReleaseImages(stable: "reviews:1.4.2", canary: "<b>:2")
        let words = "stable v1 (reviews:1.4.2), canary v2 "
        #expect(Self.page(progress).fragment.contains("<dt>versions</dt><dd>\(words)(&lt;b&gt;:2)</dd>"))
        let status = RunStatus(
            header: progress.header,
            rollout: progress.rollout,
            ledger: progress.ledger,
            at: progress.at,
            state: .running,
            journal: "/tmp/j",
            process: nil
        )
        #expect(status.text(style: .plain).contains("  versions  \(words)(<b>:2)"))
        #expect(String(decoding: status.json(), as: UTF8.self).contains(#""image":"reviews:1.4.2""#))
    }

    @Test("shows both versions, and each objective with its evidence")
    func numbers() throws {
        var run = SampleRun(canaryErrors: 0.2)
        run.play(rounds: 200)
        let last = try #require(run.progress.last)

        let fragment = Self.page(last).fragment

        #expect(fragment.contains("v1 (stable)") && fragment.contains("v2 (canary)"))
        #expect(fragment.contains(Phrase.count(last.ledger.canaryRequests)))
        #expect(fragment.contains("<th scope=\"row\">errors</th>"))
        #expect(fragment.contains("slower than"))
        #expect(fragment.contains("width:100%\"></span></span> proved"))
        #expect(fragment.contains(" pp (95\u{A0}%: +"))
        for width in fragment.matches(of: /width:([^%]*)%/) {
            let percent = try #require(Int(width.output.1))
            #expect((0...100).contains(percent))
        }
    }

    @Test("is well-formed before, during and after a run, whatever the canary is called")
    func wellFormed() throws {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 400)
        let nasty = "<script>&\"\u{301}<\u{301}'{{x}}{{{y}}}]]>\u{1B}\u{0}\u{FFFE}日本"
        var pages = [StatusPage(status: nil)]
        for index in stride(from: 0, to: run.progress.count, by: max(run.progress.count / 5, 1)) {
            pages.append(Self.page(run.progress[index]))
            pages.append(Self.page(run.progress[index], name: nasty))
        }
        pages.append(Self.page(try #require(run.progress.last)))

        for page in pages {
            let html = Self.html(page)
            #expect(html.components(separatedBy: "<script").count == 2)
            #expect(html.contains("<script nonce=\"n0nce\">"))
            let file = FileManager.default.temporaryDirectory.appending(path: "haldane-\(UUID().uuidString).html")
            defer { try? FileManager.default.removeItem(at: file) }
            try Data(html.utf8).write(to: file)
            let said = try ServerProcess.output(
                of: "xmllint",
                ["--noout", "--nonet", file.path],
                variable: "XMLLINT",
                package: "libxml2-utils"
            )
            #expect(said == "")
        }
    }
}
