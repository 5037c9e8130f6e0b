import CanaryAgent
import CanaryCore
import CanaryJournal
import Testing

@Suite("RunID")
struct RunIDTests {
    @Test("names sort by time to the millisecond")
    func sorted() {
        let starts: [Int64] = [
            1_767_225_600_000, 1_767_225_600_999, 1_767_225_601_000, 1_767_225_659_999, 1_767_225_660_000,
        ]
        let names = starts.map { RunID.make(at: Timestamp(milliseconds: $0), after: nil) }
        #expect(names[0] == "run-20260101T000000-000")
        #expect(names == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(Set(names).count == names.count)
    }

    @Test("ten thousand runs of one millisecond, as of a demo's virtual clock, have valid names that ascend")
    func sameMillisecond() {
        let now = Timestamp(milliseconds: 1_767_225_600_000)
        var last: String?
        var bad: [String] = []
        for _ in 0..<10_500 {
            let name = RunID.make(at: now, after: last)
            let isAfter = last.map { $0.utf8.lexicographicallyPrecedes(name.utf8) } ?? true
            if !isAfter || !JournalFile.isValid(runID: name) { bad.append(name) }
            last = name
        }
        #expect(bad.isEmpty, "\(bad.count) names, \(bad.first ?? "")")
        let later = RunID.make(at: now.advanced(by: .milliseconds(1)), after: last)
        #expect(later == "run-20260101T000000-001")
    }

    @Test("a name of another kind, or from a clock that was ahead, is followed all the same")
    func foreign() {
        let now = Timestamp(milliseconds: 1_767_225_600_000)
        for last in ["zzz", "run-20990101T000000-000", "zzz-9999", "zzz-12345", "z-"] {
            let name = RunID.make(at: now, after: last)
            #expect(last.utf8.lexicographicallyPrecedes(name.utf8))
        }
    }
}
