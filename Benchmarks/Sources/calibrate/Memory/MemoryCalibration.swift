import Foundation
import Measuring
import SyntheticTraffic

/// Part A: judge and reducer over many generated rollouts, on all processors.
struct MemoryCalibration {
    /// Runs a row; equal canaries get three times as many, because what may go wrong there is rare.
    let seeds: Int
    let isFull: Bool

    func run() async {
        let rows = Grid.rows(isFull: isFull)
        let loadBefore = Machine.load
        let start = ContinuousClock.now
        let summaries = await summaries(of: rows)
        let seconds = start.duration(to: .now).components.seconds

        Machine.show("## From memory\n")
        Machine.show(Self.explanation)
        Machine.show(Self.totals(summaries))
        Machine.show(Self.table(rows, summaries))
        let runs = summaries.reduce(0) { $0 + $1.runs }
        Machine.show(
            "\(runs) runs in \(seconds) s on \(Machine.processors) processors; "
                + "load before \(loadBefore), after \(Machine.load).\n"
        )
    }

    private struct Job: Sendable {
        let position: Int
        let row: GridRow
        let runs: Range<Int>
    }

    private func summaries(of rows: [GridRow]) async -> [RowSummary] {
        let jobs = rows.enumerated().flatMap { position, row in
            let runs = seeds * (row.story.isEqual ? 3 : 1)
            return stride(from: 0, to: runs, by: Self.chunk).map { first in
                Job(position: position, row: row, runs: first..<min(first + Self.chunk, runs))
            }
        }
        var results = rows.map { RowSummary(story: $0.story) }
        var waiting = jobs.makeIterator()
        var done = 0
        await withTaskGroup(of: (Int, [RunRecord]).self) { group in
            func addNext() {
                guard let job = waiting.next() else { return }
                group.addTask { (job.position, job.runs.map { MemoryRun.record(job.row, run: $0) }) }
            }
            for _ in 0..<Machine.processors { addNext() }
            while let (position, records) = await group.next() {
                results[position].add(records)
                done += 1
                if done % Self.told == 0 { Machine.say("calibrate: \(done) of \(jobs.count) parts") }
                addNext()
            }
        }
        return results
    }

    private static func totals(_ summaries: [RowSummary]) -> String {
        var table = MarkdownTable(
            "canary",
            "runs",
            "promoted",
            "rolled back",
            "held",
            "wrong rollbacks",
            "wrong promotions",
            "95 % bound of wrong",
            "without the guard"
        )
        var pooled: [RowSummary] = []
        for summary in summaries {
            if pooled.last?.story != summary.story { pooled.append(RowSummary(story: summary.story)) }
            pooled[pooled.count - 1].add(summary.records)
        }
        for summary in pooled {
            table.add(
                summary.story.name,
                "\(summary.runs)",
                "\(summary.count(.promoted))",
                "\(summary.count(.rolledBack))",
                "\(summary.count(.held))",
                summary.wrongRollbacksText,
                summary.wrongPromotionsText,
                "\((summary.wrongBound * 100).text(2)) %",
                "\((summary.evidenceBound * 100).text(2)) %"
            )
        }
        return "All levels of traffic together:\n\n" + table.text
    }

    private static func table(_ rows: [GridRow], _ summaries: [RowSummary]) -> String {
        var table = MarkdownTable(
            "canary",
            "requests/s",
            "pods",
            "interval",
            "runs",
            "wrong rollbacks",
            "wrong promotions",
            "held",
            "median time",
            "canary failures",
            "95 % bound of wrong"
        )
        for (row, summary) in zip(rows, summaries) {
            table.add(
                row.story.name,
                row.profile.requestsPerSecond.text(0),
                "\(row.profile.stablePods)/\(row.profile.canaryPods)",
                "\(row.profile.intervalSeconds) s",
                "\(summary.runs)",
                summary.wrongRollbacksText,
                summary.wrongPromotionsText,
                "\(summary.count(.held))",
                "\(summary.medianSeconds.text(0)) s",
                summary.medianFailures.text(0),
                "\((summary.wrongBound * 100).text(1)) %"
            )
        }
        return table.text
    }

    /// Runs between two looks at the queue.
    private static let chunk = 5
    private static let told = 500

    private static let explanation = """
        Default spec; base errors 0.5 %. Wrong rollbacks: an equal canary rolled back, in brackets those that the \
        absolute guard ordered, which stands outside of the promise of 1 %. Wrong promotions: a worse canary \
        that was given 100 %, in brackets those that the bake took back. Held: no decision within 30 minutes, or \
        another reason to stop. Median time: virtual seconds from the first weight change to the rollback, to 100 %, or \
        to the hold. Canary failures: median of the canary's failed requests in a run. The bound is that of Clopper and \
        Pearson, one-sided.

        """
}
