import CanaryAgent
import CanaryCore
import CanaryReport
import CanarySimulator
import CanaryStatistics
import CanaryTelemetry
import Testing

@Suite("PastStory")
struct PastStoryTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private static func after(_ seconds: Int) -> Timestamp {
        RecordedArchive.Recording.start.advanced(by: .seconds(seconds))
    }

    private func story(_ question: PastQuestion, shares: [(Double, Int)]) async throws -> (RunStory, PastReport) {
        var spec = CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1", workload: "demo4-deployment-v1"),
                canary: DestinationSpec(subset: "v2", workload: "demo4-deployment-v2")
            ),
            telemetry: TelemetrySpec(prometheus: PrometheusSpec(url: "http://127.0.0.1:9090"))
        )
        spec.steps = [10, 50, 100]
        spec.pace.warmup = .seconds(20)
        let options = PastOptions(
            spec: spec,
            question: question,
            journalDirectory: "\(scratch.path)/past",
            now: Self.after(100_000),
            version: "test"
        )
        let recording = RecordedArchive.Recording.release(.errors, seed: 7, shares: shares)
        let report = try await PastSession(options: options) { [spec] roles in
            RecordedArchive(recording: recording, spec: spec, roles: roles, step: .seconds(5))
        }.run()
        return (try JournalStory.load(path: report.journalPath), report)
    }

    @Test("two versions side by side in the past have a story like a run's")
    func sideBySide() async throws {
        let (story, report) = try await story(
            .sideBySide(from: Self.after(540), to: Self.after(900)),
            shares: [(0.1, 300)]
        )
        let titles = story.events.map(\.title)

        #expect(story.past == report.account)
        #expect(story.outcome == report.outcome)
        #expect(titles.starts(with: ["the judged time begins"]) && titles.contains("first request"))
        #expect(titles.contains("more failures, proved") && titles.last == "degraded")
        let crossing = try #require(story.crossings.first)
        let degraded = try #require(report.account.degraded)
        #expect(crossing.at == degraded.at.since(report.header.startedAt).inSeconds)
        #expect(story.harm?.extraFailuresBand.lower ?? 0 > 0)
        #expect(story.quality.historyWindows > 0)
        #expect(story.moments.first?.at ?? -1 > 0)
        #expect(story.moments.count { $0.phase == .analyzing } > 10, "a share that never stands still is no new weight")
        let text = TextReport(story).text
        #expect(text.contains("degraded: test1/demo4 v1 → v2"))
    }

    @Test("a comparison of two times says in every form that it is confounded by time")
    func beforeAfter() async throws {
        let (story, report) = try await story(
            .beforeAfter(before: Self.after(600), after: Self.after(600), span: .seconds(300)),
            shares: [(1, 300)]
        )

        #expect(report.outcome.exitCode == .degraded)
        #expect(story.events.contains { $0.title == "looks worse" })
        for text in [MarkdownReport(story).text, TextReport(story).text, JUnitStory(story).text] {
            #expect(text.contains("confounded by time"))
            #expect(!text.contains("proved"), "\(text)")
        }
    }
}
