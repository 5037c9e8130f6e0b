import CanaryCore
import CanaryReport
import CanaryTelemetry
import Foundation
import Testing

@Suite("Rehearsal on screen")
struct RehearsalScreenTests {
    /// A service of six pods whose requests come evenly; pod `v1-1` fails a third of them for a while if it is ill.
    private static func history(isIll: Bool, hours: Int = 1, hasClock: Bool = true) -> RehearsalHistory {
        let windows = (0..<hours * 240).map { index in
            let pods = (0..<6).map { pod -> PodWindow in
                let total = 500 + (index * 7 + pod * 13) % 40
                let isBad = isIll && pod == 1 && (100..<116).contains(index)
                let failed = isBad ? total / 3 : (index + pod) % 4
                return PodWindow(
                    pod: "v1-\(pod)",
                    requests: [
                        ResponseCount(key: ResponseKey("200"), count: total - failed),
                        ResponseCount(key: ResponseKey("503"), count: failed),
                    ],
                    latency: [0, 0, 20, 60, 260, 100, 40, 15, 5] + [Int](repeating: 0, count: 11)
                )
            }
            let at = Timestamp(milliseconds: 1_795_400_000_000 * (hasClock ? 1 : 0) + Int64(index + 1) * 15_000)
            return TimedWindow(at: at, window: Window(seconds: 15, stable: pods))
        }
        return RehearsalHistory(
            runs: [windows],
            origin: hasClock ? "http://prometheus:9090" : "day.jsonl",
            hasClock: hasClock
        )
    }

    private static func report(
        isIll: Bool,
        hasClock: Bool = true,
        interruption: String? = nil,
        _ change: (inout CanarySpec) -> Void = { _ in }
    ) throws -> RehearsalReport {
        var spec = CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: "v2")
            ),
            telemetry: TelemetrySpec(prometheus: PrometheusSpec(url: "http://prometheus:9090"))
        )
        spec.pace.interval = .seconds(15)
        spec.pace.history = .seconds(450)
        spec.pace.bake = .seconds(120)
        change(&spec)
        let rehearsal = try Rehearsal(spec: spec, history: history(isIll: isIll, hasClock: hasClock), seed: 7)
        func runs(_ count: Int, _ regression: RehearsedRegression? = nil) -> [RehearsalRun] {
            (0..<count).map { rehearsal.run($0, regression: regression) }
        }
        return RehearsalReport(
            rehearsal,
            placebo: runs(16),
            regressed: [
                (.errors(0.005), runs(2, .errors(0.005))), (.errors(0.05), runs(2, .errors(0.05))),
                (.latency(1.5), runs(2, .latency(1.5))), (.dead, runs(2, .dead)),
            ],
            asked: interruption == nil ? 16 : 200,
            interruption: interruption
        )
    }

    @Test("a calm history as in the golden screen")
    func calm() throws {
        try RehearsalGolden.check(RehearsalScreen(Self.report(isIll: false)).text(style: .plain), "rehearsal-calm.txt")
    }

    @Test("false rollbacks as in the golden screen")
    func ill() throws {
        try RehearsalGolden.check(RehearsalScreen(Self.report(isIll: true)).text(style: .plain), "rehearsal-ill.txt")
    }

    @Test("an interrupted rehearsal of a recording as in the golden screen")
    func interrupted() throws {
        let report = try Self.report(isIll: true, hasClock: false, interruption: "interrupted (SIGINT)")
        try RehearsalGolden.check(RehearsalScreen(report).text(style: .plain), "rehearsal-interrupted.txt")
    }

    @Test("the object for programs as in the golden file, and it is JSON")
    func json() throws {
        let screen = RehearsalScreen(try Self.report(isIll: true))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(screen.json())) as? [String: Any])

        #expect(object["schema"] as? String == "haldane.rehearsal/1")
        #expect((object["regressions"] as? [Any])?.count == 4)
        #expect(object["exitCode"] as? Int == Int(screen.report.exitCode.code))
        try RehearsalGolden.check(String(decoding: screen.json(), as: UTF8.self), "rehearsal.json")
    }

    @Test("names out of a hostile spec cannot steer a terminal")
    func harmless() throws {
        let report = try Self.report(isIll: false) { $0.name = "a\u{1B}[2Jb\nc" }
        let text = RehearsalScreen(report).text(style: .plain)

        #expect(!text.unicodeScalars.contains("\u{1B}"))
        #expect(text.contains("a\u{FFFD}[2Jb; c"))
    }

    @Test("the progress fits its line")
    func progress() {
        let line = RehearsalProgressLine(played: 12, asked: 1000, regression: .errors(0.005), falseRollbacks: 1)

        #expect(line.text(width: 200) == "rehearsing v2 with errors +0.5 pp: 12 of 1,000 rollouts, 1 false rollback")
        #expect(line.text(width: 20).count == 20)
    }
}

/// Texts that are kept beside these tests; `HALDANE_UPDATE_GOLDEN=1` rewrites them.
private enum RehearsalGolden {
    static func check(_ text: String, _ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden")
        let path = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["HALDANE_UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: path)
            return
        }
        #expect(try text == String(contentsOf: path, encoding: .utf8), "\(name) differs")
    }
}
