import CanaryCore
import CanaryJournal
import CanaryTelemetry
import Testing

@Suite("A run that goes on from its snapshot")
struct SnapshotContinuationTests {
    struct Course: CustomTestStringConvertible, Sendable {
        var trouble: SnapshotTraffic.Trouble
        var hasMetrics = false
        var seed: UInt64
        /// The state is stored and read after each so many windows.
        var every = 1
        /// How the run ends.
        var end: String

        var testDescription: String { "\(trouble.rawValue)\(hasMetrics ? " with metrics" : ""), seed \(seed)" }
    }

    private static let courses = [
        Course(trouble: .none, seed: 1, end: "promoted"),
        Course(trouble: .none, hasMetrics: true, seed: 12, every: 10, end: "none"),
        Course(trouble: .errors, seed: 3, end: "rolledBack"),
        Course(trouble: .latency, seed: 4, end: "rolledBack"),
        Course(trouble: .restarts, seed: 5, every: 10, end: "none"),
        Course(trouble: .unknown, hasMetrics: true, seed: 6, every: 10, end: "promoted"),
        Course(trouble: .orders, hasMetrics: true, seed: 7, end: "rolledBack"),
    ]

    @Test(
        "after every window the copy is the original, and later verdicts are the same bit for bit",
        arguments: courses
    )
    func course(_ course: Course) throws {
        let codec = SnapshotCodec()
        var traffic = SnapshotTraffic(course.trouble, seed: course.seed)
        traffic.hasMetrics = course.hasMetrics
        var original = SnapshotRun(hasMetrics: course.hasMetrics)
        var copy = original
        // Copies of every twentieth window, which go on by themselves.
        var forks: [SnapshotRun] = []
        var largest = 0
        for number in 1...Self.mostWindows where original.state.rollout.outcome == nil {
            let window = traffic.next(percent: original.percent)
            let verdict = original.round(window)
            let same = copy.round(window)
            #expect(same == verdict, "window \(number)")
            for index in forks.indices {
                let forked = forks[index].round(window)
                if forked != verdict { Issue.record("window \(number), fork \(index)") }
            }

            guard number % course.every == 0 else { continue }
            let stored = try codec.encode(original.snapshot)
            let read = try codec.decode(stored)
            #expect(read == original.snapshot, "window \(number)")
            copy.state = read.state
            #expect(copy == original, "window \(number)")
            // Equal Doubles may differ in their sign of zero.
            if number % 8 == 0 { #expect(try codec.encode(copy.snapshot) == stored, "window \(number)") }
            largest = max(largest, stored.count)
            if number % 20 == 0 { forks.append(copy) }
        }
        let last = original.state.ledger.lastVerdict?.reason.text ?? ""
        #expect(original.state.rollout.outcome?.word ?? "none" == course.end, "\(last)")
        #expect(forks.allSatisfy { $0 == original })
        #expect(largest < 30_000, "a small service has a small state")
    }

    @Test("the history before the first comparison is cut to what there is room for, and the run goes on with the rest")
    func cutHistory() throws {
        var traffic = SnapshotTraffic(.none, seed: 8)
        (traffic.stablePods, traffic.requests) = (40, 4000)
        var run = SnapshotRun(history: .seconds(3600))
        for _ in 0..<60 { _ = run.round(traffic.next(percent: 0)) }
        let whole = try SnapshotCodec().encode(run.snapshot)
        let narrow = SnapshotCodec(limits: SnapshotLimits(storedBytes: whole.count / 3))

        let stored = try narrow.encode(run.snapshot)
        let read = try narrow.decode(stored)

        #expect(stored.count <= whole.count / 3)
        #expect((1..<60).contains(read.state.judge.history.windows.count))
        let isNewestKept = read.state.judge.history.windows.last == run.state.judge.history.windows.last
        #expect(isNewestKept)
        #expect(read.state.rollout == run.state.rollout)
        var copy = run
        copy.state = read.state
        #expect(copy.round(traffic.next(percent: 0)).reason.label == "watching")
    }

    @Test("a state that does not fit is refused, not cut where it counts")
    func tooLarge() throws {
        var traffic = SnapshotTraffic(.none, seed: 9)
        var run = SnapshotRun()
        for _ in 0..<35 { _ = run.round(traffic.next(percent: run.percent)) }

        let error = #expect(throws: SnapshotError.self) {
            _ = try SnapshotCodec(limits: SnapshotLimits(storedBytes: 1000)).encode(run.snapshot)
        }

        #expect(error?.code == .tooLarge)
        #expect(error?.description.contains("shop/reviews") == true)
    }

    private static let mostWindows = 170
}
