import CanaryCore
import Testing

@Suite("PastQuestion")
struct PastQuestionTests {
    private static let now = PastTraffic.from

    private func ago(_ seconds: Int) -> Timestamp { Self.now.advanced(by: .seconds(-seconds)) }

    private func fault(_ question: PastQuestion, interval: Duration = .seconds(5)) -> PastQuestion.Fault? {
        do throws(PastQuestion.Fault) {
            _ = try question.limited(to: Self.now, interval: interval)
            return nil
        } catch {
            return error
        }
    }

    @Test("a time that is over is taken as it is")
    func over() throws {
        let question = PastQuestion.sideBySide(from: ago(3600), to: ago(60))
        let limited = try question.limited(to: Self.now, interval: .seconds(5))

        #expect(limited.question == question)
        #expect(limited.notes.isEmpty)
    }

    @Test("an end that lies ahead is brought back to the last samples, and that is said")
    func ahead() throws {
        let later = Self.now.advanced(by: .seconds(600))
        let limited = try PastQuestion.sideBySide(from: ago(3600), to: later)
            .limited(to: Self.now, interval: .seconds(5))

        #expect(limited.question == .sideBySide(from: ago(3600), to: Self.now))
        #expect(limited.notes.count == 1)
        let pair = try PastQuestion.beforeAfter(before: ago(900), after: ago(600), span: .seconds(3600))
            .limited(to: Self.now, interval: .seconds(5))
        #expect(pair.question == .beforeAfter(before: ago(900), after: ago(600), span: .seconds(600)))
        #expect(pair.notes.first?.contains("10 min") ?? false)
    }

    @Test("what cannot be asked is refused with what to do")
    func refused() {
        let month = 31 * 86_400
        let faults = [
            fault(.sideBySide(from: Self.now.advanced(by: .seconds(1)), to: Self.now.advanced(by: .seconds(9)))),
            fault(.sideBySide(from: ago(60), to: ago(120))),
            fault(.sideBySide(from: ago(60), to: ago(60))),
            fault(.sideBySide(from: ago(month + 60), to: ago(0)), interval: .seconds(3600)),
            fault(.sideBySide(from: ago(month), to: ago(0))),
            fault(.sideBySide(from: ago(3), to: ago(0))),
            fault(.beforeAfter(before: ago(60), after: Self.now, span: .seconds(60))),
            fault(.beforeAfter(before: ago(60), after: ago(120), span: .seconds(60))),
            fault(.beforeAfter(before: ago(600), after: ago(120), span: .zero)),
            fault(.sideBySide(from: Timestamp(milliseconds: .min), to: Timestamp(milliseconds: .max))),
        ]

        for (index, fault) in faults.enumerated() {
            #expect(fault != nil && fault?.hint.isEmpty == false, "case \(index)")
        }
        #expect(faults[4]?.hint.contains("pace.interval=60s") ?? false)
    }

    @Test("history is at least what the spec asks for, at most six hours, and not without end in windows")
    func history() {
        var spec = PastTraffic.spec
        #expect(spec.pastHistory(interval: .seconds(5)) == .seconds(6 * 3600))
        #expect(spec.pastHistory(interval: .seconds(1)) == .seconds(5000))
        spec.pace.history = .seconds(10_000)
        #expect(spec.pastHistory(interval: .milliseconds(50)) == .seconds(10_000))
        spec.pace.history = .seconds(1_000_000)
        #expect(spec.pastHistory(interval: .seconds(5)) == .seconds(6 * 3600))
    }
}

@Suite("Times as people write them")
struct TimestampTextTests {
    @Test(
        "a time with its zone is read",
        arguments: [
            ("1970-01-01T00:00Z", 0), ("2026-11-22T14:00Z", 1_795_356_000_000),
            ("2026-11-22T15:00:00+01:00", 1_795_356_000_000), ("2026-11-22 14:00:00z", 1_795_356_000_000),
            ("2026-11-22T14:00:00.25Z", 1_795_356_000_250), ("2024-02-29T00:00:00-0030", 1_709_166_600_000),
            ("1969-12-31T23:59:59.999Z", -1),
        ] as [(String, Int64)]
    )
    func read(text: String, milliseconds: Int64) {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(
        "what is no time, or has no zone, is not read",
        arguments: [
            "", "now", "2026-11-22", "2026-11-22T14:00", "2026-11-22T25:00Z", "2026-13-01T00:00Z", "2026-02-29T00:00Z",
            "2026-11-22T14:60Z", "2026-11-22T14:00:60Z", "2026-11-22T14:00Zx", "2026-11-22T14:00:00.Z", "2026-1-2T3:4Z",
            "2026-11-22T14:00+25:00", "99999-01-01T00:00Z", "２０２６-11-22T14:00Z",
        ]
    )
    func refuse(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }
}
