import CanaryCore
import CanaryReport
import Foundation
import Testing

@Suite("PastSummary and PastExplanation")
struct PastSummaryTests {
    private static let bad = PastSample(.past, errors: 0.06)
    private static let good = PastSample(.past, errors: 0.005)
    private static let worse = PastSample(.beforeAfter, errors: 0.06)
    private static let equal = PastSample(.beforeAfter, errors: 0.005)

    @Test("a judgement is told in full")
    func texts() throws {
        try Golden.check(PastSummary(Self.bad.report).text(style: .plain), "summary-degraded.txt")
        try Golden.check(PastSummary(Self.good.report).text(style: .plain), "summary-healthy.txt")
        try Golden.check(PastSummary(Self.worse.report).text(style: .plain), "summary-before-after.txt")
        let short = PastSample(.past, errors: 0.005, canaryWindows: 8)
        try Golden.check(PastSummary(short.report).text(style: .plain), "summary-undecided.txt")
        let lost = PastSample(.past, errors: 0.005, unusable: 100)
        try Golden.check(PastSummary(lost.report).text(style: .plain), "summary-unknown.txt")
    }

    @Test("a judgement is explained in sentences")
    func explanations() throws {
        try Golden.check(Self.bad.explanation.text(style: .plain), "explain-degraded.txt")
        try Golden.check(Self.good.explanation.text(style: .plain), "explain-healthy.txt")
        try Golden.check(Self.worse.explanation.text(style: .plain), "explain-before-after-worse.txt")
        try Golden.check(Self.equal.explanation.text(style: .plain), "explain-before-after-equal.txt")
    }

    @Test("no word of a rollout is in it, and before/after proves nothing", arguments: [0, 1, 2, 3])
    func words(which: Int) {
        let sample = [Self.bad, Self.good, Self.worse, Self.equal][which]
        let explained = sample.explanation.sentences
        let text = (explained + [PastSummary(sample.report).text(style: .plain)]).joined(separator: "\n").lowercased()

        for word in ["weight", "rollout", "rolled back", "promot", "haldane run"] {
            #expect(!text.contains(word), "\(word)")
        }
        guard sample.report.header.purpose == .beforeAfter else { return }
        #expect(!text.contains("prove") && !text.contains("proof"))
        for sentence in explained { #expect(sentence.contains("confounded by time"), "\(sentence)") }
        #expect(sample.report.outcome.reason.text.contains("confounded by time"))
    }

    @Test("JSON is one object with the moments, and a confounded verdict says so", arguments: [true, false])
    func json(isConfounded: Bool) throws {
        let sample = isConfounded ? Self.worse : Self.bad
        let bytes = PastSummary(sample.report).json()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let moments = try #require(object["moments"] as? [String: Any])
        let degraded = try #require(moments["degraded"] as? [String: Any])

        #expect(object["schema"] as? String == "haldane.judgement/1")
        #expect(object["verdict"] as? String == "degraded")
        #expect(object["confounded"] as? Bool == isConfounded)
        #expect(degraded["metric"] as? String == "errors")
        #expect(degraded["window"] as? Int == sample.report.account.degraded?.window)
        #expect(moments["proved"] is NSNull)
        #expect(bytes.last == UInt8(ascii: "\n") && bytes.count { $0 == UInt8(ascii: "\n") } == 1)
        if isConfounded { #expect(!String(decoding: bytes, as: UTF8.self).contains("proved\":{")) }
    }

    @Test("a replay of a judgement speaks of no run and no decision")
    func replay() throws {
        let sample = Self.worse
        let verdict = try #require(sample.report.account.degraded?.verdict)
        let summary = ReplaySummary(
            header: sample.report.header,
            outcome: sample.report.outcome,
            verdicts: 504,
            differences: [],
            differenceCount: 0,
            recorded: ReplaySummary.FirstDecision(window: 400, verdict: verdict),
            recomputed: nil,
            tornBytes: 0,
            settings: ["objectives.errors.tolerance=10pp"]
        )
        try Golden.check(summary.text(style: .plain), "replay-set.txt")
    }
}
