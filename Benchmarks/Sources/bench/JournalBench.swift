import CanaryCore
import CanaryJournal
import CanaryStatistics
import Foundation
import Measuring
import SyntheticTraffic

/// A flush of the journal after a window of 8 + 2 pods and its verdict, against a plain durable write of as many bytes.
enum JournalBench {
    static func run(in folder: URL) async throws -> [BenchLine] {
        let directory = try JournalDirectory(path: folder.appending(path: "journal").path)
        let header = Array("{\"schema\":\"\(RunHeader.schema)\"}".utf8)
        let writer = try directory.create(runID: "20260101T000000Z-bench", header: header)
        let plainFile = folder.appending(path: "plain")
        try Data().write(to: plainFile)
        let plain = try FileHandle(forWritingTo: plainFile)
        let records = try records()
        let clock = ContinuousClock()
        var flushes: [Double] = []
        var writes: [Double] = []
        var bytes = 0
        for pair in records {
            let before = await writer.validBytes
            let start = clock.now
            for record in pair { try await writer.append(record) }
            try await writer.flush()
            let middle = clock.now
            let written = await writer.validBytes - before
            try plain.write(contentsOf: Data(count: written))
            try plain.synchronize()
            flushes.append(microseconds(start.duration(to: middle)))
            writes.append(microseconds(middle.duration(to: clock.now)))
            bytes += written
        }
        try await writer.close()
        try plain.close()
        let size = Double(records.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }) / Double(max(bytes, 1))
        return [
            BenchLine(
                what: "journal, one window and verdict made durable",
                measured: "\(Summary.median(flushes).text(0)) µs, \(bytes / max(records.count, 1)) bytes, "
                    + "\(size.text(1)) times smaller than its text"
            ),
            BenchLine(
                what: "journal to a plain write and sync of as many bytes, time",
                measured: Rounds.ratio(flushes, to: writes).text(2)
            ),
        ]
    }

    private static func records() throws -> [[[UInt8]]] {
        var generator = WindowGenerator(
            profile: TrafficProfile(requestsPerSecond: 300, stablePods: 8, canaryPods: 2, intervalSeconds: 5),
            story: .calm,
            seed: 7
        )
        var judge = Judge(
            rules: JudgeRules(configuration: EngineConfiguration(), warmUpSeconds: 60, absoluteErrors: 0.2)
        )
        let codec = JournalCodec()
        return try (0..<300).map { number in
            let isHistory = number < 100
            let window = generator.next(canaryShare: isHistory ? 0 : 0.05)
            let context = JudgingContext(
                phase: isHistory ? .watching : .analyzing,
                canaryPercent: isHistory ? 0 : 5,
                step: 0,
                isFirstAfterWeightChange: number == 100,
                countsForPromotion: true
            )
            let verdict = judge.judge(window, in: context)
            let event = JournalEvent.judged(context: context, verdict: verdict)
            let now = Timestamp(milliseconds: Int64(number) * 5000)
            return [try codec.encode(.window(window)), try codec.encode(.event(event, at: now))]
        }
    }

    private static func microseconds(_ duration: Duration) -> Double { duration.inSeconds * 1e6 }
}
