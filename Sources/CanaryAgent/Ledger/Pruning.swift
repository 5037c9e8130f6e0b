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
/// release back; and whatever is not finished or cannot be read. A journal is read before it goes: what an index says is not
/// enough. So nobody's lock is needed: a run that goes on, or begins meanwhile, uses none of the rest.
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
        /// Whether the row is from the journal itself, not from an index.
        var isRead = false

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
            FileStamp(file.path, followsLinks: false).flatMap { $0.isFile ? Journal(file: file, stamp: $0) : nil }
        }
        var report = PruneReport(isDryRun: isDryRun)
        report.folders = 1
        let total = journals.reduce(0) { $0 &+ $1.stamp.bytes }
        report.leftCount = journals.count
        report.leftBytes = total
        // Asked before anything is read: nearly always there is nothing to do.
        guard mayRemove(journals, total) else { return report }
        var index = HistoryIndex(folder: folder.path)
        var allowance = Allowance(most: mostBytes)
        read(&journals, &index, &allowance)
        // What only an index says is confirmed with an allowance of its own, so that this comes to an end too.
        allowance = Allowance(most: mostBytes)
        let kept = kept(&journals, &allowance)
        var left = total
        for var journal in journals.sorted(by: { $0.endedAt < $1.endedAt }) where !kept.contains(journal.file.runID) {
            guard journal.row != nil, reason(journal, left) != nil, confirm(&journal, &allowance),
                let row = journal.row, let why = reason(journal, left)
            else { continue }
            var removal = PruneReport.Journal(
                run: journal.file.runID,
                service: row.service,
                endedAt: journal.endedAt,
                bytes: journal.stamp.bytes,
                path: journal.file.path,
                why: why
            )
            removal.failure = isDryRun ? nil : remove(journal, in: folder)
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
    private func read(_ journals: inout [Journal], _ index: inout HistoryIndex, _ allowance: inout Allowance) {
        let newest = journals.indices.suffix(4).reversed()
        let oldest = journals.indices.dropLast(4)
        for position in Array(newest) + Array(oldest) {
            let journal = journals[position]
            if let known = index.row(of: journal.file, journal.stamp) {
                journals[position].row = known.row
                continue
            }
            guard allowance.take(journal.stamp.bytes) else { continue }
            let read = JournalRow(path: journal.file.path)
            index.note(journal.file, journal.stamp, read)
            journals[position].isRead = true
            if read.fault == nil, read.row?.outcome != nil { journals[position].row = read.row }
        }
    }

    /// Reads the journal itself if only an index was asked so far; false if no more may be read.
    private func confirm(_ journal: inout Journal, _ allowance: inout Allowance) -> Bool {
        guard !journal.isRead else { return true }
        guard allowance.take(journal.stamp.bytes) else { return false }
        let read = JournalRow(path: journal.file.path)
        journal.row = read.fault == nil && read.row?.outcome != nil ? read.row : nil
        journal.isRead = true
        return true
    }

    /// How much is read at most; the journal that goes over it is still read, so that none is too large for ever.
    private struct Allowance {
        var most: Int
        var taken = 0

        mutating func take(_ bytes: Int) -> Bool {
            guard taken <= most else { return false }
            let (sum, overflow) = taken.addingReportingOverflow(bytes)
            taken = overflow ? .max : sum
            return true
        }
    }

    /// The names of the finished runs that stay whatever their age.
    private func kept(_ journals: inout [Journal], _ allowance: inout Allowance) -> Set<String> {
        struct Canary: Hashable {
            var service: String
            var cluster: String?
            var isJudgement: Bool
        }
        var kept = Set([journals.last?.file.runID].compactMap { $0 })
        var seen: Set<Canary> = []
        var hasMemory: Set<Canary> = []
        func canary(_ row: HistoryRow) -> Canary {
            Canary(service: row.service, cluster: row.cluster, isJudgement: row.purpose != nil)
        }
        func isMemory(_ row: HistoryRow) -> Bool {
            guard case .rolledBack = row.outcome else { return false }
            return !row.canary.hashes.isEmpty
        }
        for position in journals.indices.reversed() {
            guard let told = journals[position].row else { continue }
            let decides = !seen.contains(canary(told)) || (isMemory(told) && !hasMemory.contains(canary(told)))
            guard !decides || confirm(&journals[position], &allowance) else {
                kept.insert(journals[position].file.runID)
                continue
            }
            let journal = journals[position]
            guard let row = journal.row else { continue }
            let canary = canary(row)
            if seen.insert(canary).inserted { kept.insert(journal.file.runID) }
            if isMemory(row), hasMemory.insert(canary).inserted {
                kept.insert(journal.file.runID)
            }
        }
        return kept
    }

    /// Why the journal could not be removed; nil if it is gone.
    ///
    /// By the folder that was looked into, not by its path, which may lead elsewhere by now.
    private func remove(_ journal: Journal, in folder: JournalFolders.Folder) -> String? {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? nil : String(cString: strerror(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, FileStamp(status).identity == folder.identity else {
            return "its folder is another one by now"
        }
        let name = journal.file.runID + JournalFile.suffix
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            return errno == ENOENT ? nil : String(cString: strerror(errno))
        }
        let stamp = FileStamp(status)
        guard stamp.isFile, stamp == journal.stamp else { return "it has changed meanwhile" }
        guard unlinkat(descriptor, name, 0) != 0, errno != ENOENT else { return nil }
        return String(cString: strerror(errno))
    }
}
