package import CanaryCore
import CanaryJournal
package import CanaryReport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Removes journals that are older, or take more room, than wished.
///
/// Never removed: the newest journal of a folder, which the next run looks at for what to go on with, for history and for a release
/// that was rolled back; of each canary the newest run that ended, the newest judgement, and the newest run that rolled a known
/// release back; and whatever is not finished or cannot be read. So nobody's lock is needed: a run that goes on, or begins
/// meanwhile, uses none of the rest.
package struct Pruning {
    private let retention: Retention
    private let now: Timestamp
    private let isDryRun: Bool

    /// - Parameters:
    ///   - now: ages count up to here.
    ///   - isDryRun: only says what would be removed.
    package init(_ retention: Retention, now: Timestamp, isDryRun: Bool = false) {
        self.retention = retention
        self.now = now
        self.isDryRun = isDryRun
    }

    private struct Journal {
        var file: JournalFile
        var stamp: FileStamp
        /// Nil if it is not finished, cannot be read, or was not read.
        var row: HistoryRow?

        /// The run's end as it says itself, or the file's last change if that is later: a clock may have been wrong.
        var endedAt: Timestamp {
            let changed = Timestamp(milliseconds: stamp.modified / 1_000_000)
            return max(row?.endedAt ?? changed, changed)
        }
    }

    /// Prunes one folder.
    ///
    /// - Parameter mostBytes: how much may be read of journals that no index knows; the rest is left for another time.
    package func prune(_ folder: JournalFolders.Folder, reading mostBytes: Int = .max) -> PruneReport {
        var journals = folder.journals.compactMap { file in
            FileStamp(file.path).map { Journal(file: file, stamp: $0) }
        }
        var report = PruneReport(isDryRun: isDryRun)
        report.folders = 1
        let total = journals.reduce(0) { $0 &+ $1.stamp.bytes }
        report.leftCount = journals.count
        report.leftBytes = total
        // Asked before anything is read: nearly always there is nothing to do.
        guard mayRemove(journals, total) else { return report }
        var index = HistoryIndex(folder: folder.path)
        read(&journals, &index, mostBytes)
        let kept = kept(journals)
        var left = total
        for journal in journals.sorted(by: { $0.endedAt < $1.endedAt }) where !kept.contains(journal.file.runID) {
            guard let row = journal.row, let why = reason(journal, left) else { continue }
            var removal = PruneReport.Journal(
                run: journal.file.runID,
                service: row.service,
                endedAt: journal.endedAt,
                bytes: journal.stamp.bytes,
                path: journal.file.path,
                why: why
            )
            removal.failure = isDryRun ? nil : remove(journal)
            if removal.failure == nil {
                left -= journal.stamp.bytes
                report.leftCount -= 1
            }
            report.journals.append(removal)
        }
        report.leftBytes = left
        if let limit = retention.bytes, left > limit {
            report.remarks.append(
                "\(folder.path) still has \(ByteCount.text(left)) of journals, more than \(ByteCount.text(limit)): the newest run, runs that "
                    + "are not finished and journals that cannot be read are kept"
            )
        }
        if !isDryRun {
            let gone = Set(report.removed.map(\.run))
            index.save(keeping: folder.journals.filter { !gone.contains($0.runID) })
        }
        return report
    }

    private func mayRemove(_ journals: [Journal], _ total: Int) -> Bool {
        guard journals.count > 1 else { return false }
        if let limit = retention.bytes, total > limit { return true }
        return journals.contains(where: isOld)
    }

    private func isOld(_ journal: Journal) -> Bool {
        guard let age = retention.age else { return false }
        return now.since(journal.endedAt) > age
    }

    private func reason(_ journal: Journal, _ left: Int) -> PruneReport.Journal.Why? {
        if isOld(journal) { return .age }
        return retention.bytes.map { left > $0 } ?? false ? .size : nil
    }

    /// Fills in the rows: the newest first, because they decide what has to stay, then the oldest.
    private func read(_ journals: inout [Journal], _ index: inout HistoryIndex, _ mostBytes: Int) {
        let newest = journals.indices.suffix(4).reversed()
        let oldest = journals.indices.dropLast(4)
        var bytes = 0
        for position in Array(newest) + Array(oldest) {
            let journal = journals[position]
            if let known = index.row(of: journal.file, journal.stamp) {
                journals[position].row = known.row
                continue
            }
            guard bytes <= mostBytes else { continue }
            bytes = bytes.addingReportingOverflow(journal.stamp.bytes).partialValue
            let read = JournalRow(path: journal.file.path)
            index.note(journal.file, journal.stamp, read)
            if read.fault == nil, read.row?.outcome != nil { journals[position].row = read.row }
        }
    }

    /// The names of the finished runs that stay whatever their age.
    private func kept(_ journals: [Journal]) -> Set<String> {
        struct Canary: Hashable {
            var service: String
            var cluster: String?
            var isJudgement: Bool
        }
        var kept = Set([journals.last?.file.runID].compactMap { $0 })
        var seen: Set<Canary> = []
        var hasMemory: Set<Canary> = []
        for journal in journals.reversed() {
            guard let row = journal.row else { continue }
            let canary = Canary(service: row.service, cluster: row.cluster, isJudgement: row.purpose != nil)
            if seen.insert(canary).inserted { kept.insert(journal.file.runID) }
            if case .rolledBack = row.outcome, !row.canary.hashes.isEmpty, hasMemory.insert(canary).inserted {
                kept.insert(journal.file.runID)
            }
        }
        return kept
    }

    /// Why the journal could not be removed; nil if it is gone.
    private func remove(_ journal: Journal) -> String? {
        guard let stamp = FileStamp(journal.file.path) else { return nil }
        guard stamp == journal.stamp else { return "it has changed meanwhile" }
        guard unlink(journal.file.path) != 0, errno != ENOENT else { return nil }
        return String(cString: strerror(errno))
    }
}
