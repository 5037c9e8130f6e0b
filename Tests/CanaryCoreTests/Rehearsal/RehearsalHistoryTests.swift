import CanaryCore
import CanaryTelemetry
import Testing

@Suite("History of a rehearsal")
struct RehearsalHistoryTests {
    @Test("a gap in time ends a stretch, an unusable window does not")
    func segments() {
        var made = MadeHistory(windows: 100).timedWindows()
        made[20].window.quality.unusable = .noIstioSeries
        made.removeSubrange(50..<70)
        let history = RehearsalHistory(runs: [made], origin: "", hasClock: true)

        #expect(history.segments.map(\.windows.count) == [50, 30])
        #expect(history.segments[0].seconds == 750)
        #expect(history.step == .seconds(15))
        #expect(RehearsalFacts(history).unusableWindows == 1)
        #expect(RehearsalFacts(history).seconds == 1200)
    }

    @Test("dark time at the ends is no history, in the middle it is; darkness alone stays to be told")
    func trimmed() {
        var made = MadeHistory(windows: 100).timedWindows()
        for index in [0, 1, 2, 50, 98, 99] { made[index].window.quality.unusable = .nothingScraped }
        let lit = RehearsalHistory(runs: [made], origin: "", hasClock: true)
        for index in made.indices { made[index].window.quality.unusable = .nothingScraped }
        let dark = RehearsalHistory(runs: [made], origin: "", hasClock: true)

        #expect(lit.segments.map(\.windows.count) == [95])
        #expect(RehearsalFacts(lit).unusableWindows == 1)
        #expect(RehearsalFacts(dark).windows == 100)
    }

    @Test("an earlier canary is no history, and its absence spoils none")
    func stableOnly() {
        var made = MadeHistory(windows: 5).timedWindows()
        for index in made.indices {
            made[index].window.canary = [PodWindow(pod: "v2", requests: [], latency: [])]
            made[index].window.weight = 10
            made[index].window.quality.unusable = .tooFewPods(side: .canary, answered: 0, known: 1)
            made[index].window.quality.restarts = ["v1-0", "v2"]
        }
        let history = RehearsalHistory(runs: [made], origin: "", hasClock: true)

        for timed in history.segments[0].windows {
            #expect(timed.window.canary.isEmpty && timed.window.weight == nil && timed.window.isHistory)
            #expect(timed.window.quality.unusable == nil)
            #expect(timed.window.quality.restarts == ["v1-0"])
        }
    }

    @Test("of two versions the one with the traffic is rehearsed, and that is said")
    func exchanged() {
        var windows = MadeHistory(windows: 5).timedWindows()
        for index in windows.indices {
            windows[index].window.canary = windows[index].window.stable
            windows[index].window.stable = []
        }
        let history = RehearsalHistory(PastTelemetry(windows: windows, step: .seconds(5), notes: ["late"]), origin: "p")

        #expect(RehearsalFacts(history).pods.usual == 6)
        #expect(history.notes.count == 2 && history.notes[1] == "late")
    }

    @Test("near half and half the named stable is rehearsed, and that is said")
    func even() {
        var windows = MadeHistory(windows: 5).timedWindows()
        for index in windows.indices {
            let stable = windows[index].window.stable
            windows[index].window.canary =
                stable + [
                    PodWindow(
                        pod: "more",
                        requests: [ResponseCount(key: ResponseKey("200"), count: 1)],
                        latency: []
                    )
                ]
        }
        let history = RehearsalHistory(PastTelemetry(windows: windows, step: .seconds(5)), origin: "p")

        #expect(history.segments.first?.windows.first?.window.stable == windows[0].window.stable)
        #expect(history.notes.count == 1 && history.notes[0].contains("taken as stable, as the spec names it"))
    }

    @Test("no more single-pod windows are kept than fit, the newest")
    func bounded() {
        let pods = (0..<5000).map { PodWindow(pod: "p\($0)", requests: [], latency: []) }
        let windows = (0..<200).map {
            TimedWindow(at: Timestamp(milliseconds: Int64($0 + 1) * 5000), window: Window(seconds: 5, stable: pods))
        }
        let history = RehearsalHistory(runs: [windows], origin: "", hasClock: true)

        #expect(RehearsalFacts(history).windows == 100)
        #expect(history.segments[0].windows.last?.at == windows.last?.at)
        #expect(history.notes.contains { $0.contains("left out") })
    }

    @Test("odd windows are left out or taken, and never trap")
    func odd() {
        let pod = PodWindow(
            pod: "a",
            requests: [ResponseCount(key: ResponseKey("200"), count: .max)],
            latency: [.max, .min, -1]
        )
        let times: [Int64] = [.min, .max, 0, -5, 10_000, 10_000]
        let lengths: [Double] = [.nan, .infinity, 0, -1, 1e308, 5]
        let windows = zip(times, lengths).flatMap { time, length in
            [[pod], [pod, pod], []].map { pods in
                TimedWindow(at: Timestamp(milliseconds: time), window: Window(seconds: length, stable: pods))
            }
        }
        let history = RehearsalHistory(runs: [windows, windows.reversed(), []], origin: "", hasClock: true)
        let facts = RehearsalFacts(history)

        #expect(facts.windows <= 6)
        #expect(throws: RehearsalShortage.self) {
            _ = try Rehearsal(spec: .rehearsed(), history: history, seed: 1)
        }
    }
}
