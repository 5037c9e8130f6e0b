import CanaryCore
import CanaryTelemetry
import Testing

struct CheckReportTests {
    private static func verdict(_ kind: Verdict.Kind, _ key: String = "a/b") -> CheckVerdict {
        var verdict = CheckVerdict.unknown(
            CheckSubject(key: key, comparison: .versions, stable: "v1", canary: "v2"),
            Reason("x", "y"),
            since: Timestamp(milliseconds: 0)
        )
        verdict.kind = kind
        return verdict
    }

    private static func report(_ kinds: [Verdict.Kind], at milliseconds: Int64 = 0) -> CheckReport {
        CheckReport(
            at: Timestamp(milliseconds: milliseconds),
            verdicts: kinds.enumerated().map { verdict($0.element, "a/\($0.offset)") }
        )
    }

    @Test(
        "the worst counts: degraded, unknown, undecided, healthy",
        arguments: [
            ([Verdict.Kind.healthy, .undecided, .unknown, .degraded], 2), ([.healthy, .undecided, .unknown], 3),
            ([.healthy, .undecided], 1), ([.healthy, .healthy], 0), ([], 3),
        ] as [([Verdict.Kind], Int32)]
    )
    func worst(kinds: [Verdict.Kind], code: Int32) {
        #expect(Self.report(kinds).exitCode.code == code)
    }

    @Test("a check that could not tell is not healthy, whatever its services are")
    func fault() {
        var report = Self.report([.healthy])
        report.fault = Reason("timeout", "too slow")
        #expect(report.exitCode == .unknown)
        report = Self.report([.degraded])
        report.fault = Reason("timeout", "too slow")
        #expect(report.exitCode == .degraded)
    }

    @Test("silence until something changes, and a standing failure once a day")
    func telling() {
        var state = CheckState()
        for key in ["a/0", "a/1"] {
            state.subjects[key] = SubjectState(
                subject: CheckSubject(key: key, comparison: .versions, stable: "v1", canary: "v2"),
                bounds: .istio,
                at: Timestamp(milliseconds: 0)
            )
        }
        func told(_ kinds: [Verdict.Kind], hours: Int64) -> Bool {
            let report = Self.report(kinds, at: hours * 3_600_000)
            let isNews = CheckTelling.isNews(report, state: state)
            if isNews { CheckTelling.note(report, in: &state) }
            return isNews
        }

        #expect(!told([.healthy, .healthy], hours: 0))
        #expect(told([.healthy, .degraded], hours: 1))
        #expect(!told([.healthy, .degraded], hours: 2))
        #expect(!told([.healthy, .degraded], hours: 24))
        #expect(told([.healthy, .degraded], hours: 25))
        #expect(told([.degraded, .degraded], hours: 26))
        #expect(told([.healthy, .healthy], hours: 27))
        #expect(!told([.healthy, .healthy], hours: 99))
        #expect(told([.healthy, .undecided], hours: 100))
        #expect(!told([.healthy, .undecided], hours: 300))
    }

    @Test("a state that was restarted is news")
    func restarted() {
        var report = Self.report([.healthy])
        report.restarted = Reason("state-restarted", "torn")
        #expect(CheckTelling.isNews(report, state: CheckState()))
    }
}
