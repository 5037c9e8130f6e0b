import CanaryCore
import CanaryJournal
package import CanaryReport

/// Lists the past runs whose journals are under a home.
package struct RunHistory {
    private let home: JournalHome
    private let tree: JournalFolders
    private var indexes: [String: HistoryIndex] = [:]
    /// The run of the process that works in a folder, by the folder's path.
    private var live: [String: LiveRun?] = [:]

    package init(home: JournalHome) {
        self.home = home
        tree = JournalFolders(under: home)
    }

    /// One journal and the folder it is in.
    private struct Place {
        var file: JournalFile
        var folder: JournalFolders.Folder
        var begunAt: Timestamp
    }

    private struct LiveRun {
        var file: JournalFile
        /// Nil if the lock does not say whose it is.
        var process: Int32?
    }

    /// The runs that a filter lets through, newest first.
    ///
    /// Only the journals that are shown are read, unless the filter asks for outcomes; what was read is kept in the folders' indexes.
    package mutating func list(_ filter: HistoryFilter) throws(AgentError) -> HistoryList {
        var items: [HistoryItem] = []
        var more = 0
        for place in try places(filter) {
            // How many more there are is counted without reading them, unless that takes their outcomes.
            if items.count >= filter.limit, filter.outcomes.isEmpty {
                more += 1
                continue
            }
            guard let item = item(place), filter.admitsOutcome(of: item) else { continue }
            if items.count < filter.limit { items.append(item) } else { more += 1 }
        }
        save()
        return HistoryList(
            home: home.path,
            items: items,
            more: more,
            faults: tree.remarks,
            isFiltered: filter.since != nil || !filter.outcomes.isEmpty
        )
    }

    /// The journals that come into question, newest first.
    private func places(_ filter: HistoryFilter) throws(AgentError) -> [Place] {
        var places: [Place] = []
        var hasCanary = false
        for folder in tree.folders {
            if let canary = filter.canary, !folder.isOf(canary: canary) { continue }
            for file in folder.journals {
                hasCanary = true
                let place = Place(file: file, folder: folder, begunAt: RunMoment.of(file))
                if let since = filter.since, place.begunAt < since { continue }
                places.append(place)
            }
        }
        if let canary = filter.canary, !hasCanary {
            throw AgentError(
                "there are no runs of '\(canary)' in \(home.path)",
                hint: tree.folders.isEmpty
                    ? "name the folder of folders with --journals DIR"
                    : "folders here: \(RunFinder.list(tree.folders.map(\.name)))"
            )
        }
        return places.sorted { one, other in
            one.begunAt == other.begunAt ? one.file.path < other.file.path : one.begunAt > other.begunAt
        }
    }

    /// Nil if the journal has gone meanwhile.
    private mutating func item(_ place: Place) -> HistoryItem? {
        guard let stamp = FileStamp(place.file.path, followsLinks: false), stamp.isFile else { return nil }
        let isNewest = place.file == place.folder.journals.last
        func item(_ row: HistoryRow?, _ state: HistoryItem.State, torn: Int) -> HistoryItem {
            HistoryItem(
                row: row,
                state: state,
                begunAt: place.begunAt,
                run: place.file.runID,
                folder: place.folder.name,
                path: place.file.path,
                bytes: stamp.bytes,
                tornBytes: torn,
                isNewest: isNewest
            )
        }
        var index = indexes[place.folder.path] ?? HistoryIndex(folder: place.folder.path)
        defer { indexes[place.folder.path] = index }
        if let known = index.row(of: place.file, stamp) { return item(known.row, .finished, torn: known.tornBytes) }
        // Asked first: a run that ends meanwhile is then told with its end.
        let live = live(in: place.folder, &index)
        let read = JournalRow(path: place.file.path)
        index.note(place.file, stamp, read)
        if let fault = read.fault { return item(read.row, .unreadable(fault), torn: read.tornBytes) }
        if read.row?.outcome != nil { return item(read.row, .finished, torn: read.tornBytes) }
        if let live, live.file == place.file { return item(read.row, .running(live.process), torn: 0) }
        let state: HistoryItem.State = read.row?.interruption == nil ? .abandoned : .interrupted
        return item(read.row, state, torn: read.tornBytes)
    }

    /// The run that a process works on: of those without an outcome the one whose journal was written last.
    ///
    /// Not by name, because a clock may have been wrong when a run began.
    private mutating func live(in folder: JournalFolders.Folder, _ index: inout HistoryIndex) -> LiveRun? {
        if let known = live[folder.path] { return known }
        var found: LiveRun?
        if case .process(let process) = (try? RunFolder(path: folder.path).holder()) ?? .nobody {
            let journals = folder.journals.compactMap { file in
                FileStamp(file.path, followsLinks: false).map { (file: file, stamp: $0) }
            }
            for (file, stamp) in journals.sorted(by: {
                $0.stamp.modified == $1.stamp.modified ? $1.file < $0.file : $0.stamp.modified > $1.stamp.modified
            }) where stamp.isFile && index.row(of: file, stamp) == nil {
                let read = JournalRow(path: file.path)
                index.note(file, stamp, read)
                guard read.fault == nil, read.row?.outcome == nil else { continue }
                found = LiveRun(file: file, process: process)
                break
            }
        }
        live[folder.path] = .some(found)
        return found
    }

    private mutating func save() {
        for folder in tree.folders { indexes[folder.path]?.save(keeping: folder.journals) }
    }
}
