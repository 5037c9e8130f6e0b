import CanaryCore
import CanaryJournal

/// Runs by name: for whoever reads the journal of one.
extension RunFinder {
    /// The path of the journal that an argument means.
    ///
    /// - Parameter argument: a journal's file, or a folder of journals for its newest; a spec for its canary's newest run; a run's
    ///   id or the beginning of one; a canary's `NAME`, `NAMESPACE/NAME` or `NAMESPACE-NAME` for its newest run; nil for the newest
    ///   of all.
    package func journal(_ argument: String?) throws -> String {
        guard let argument else {
            guard let newest = Self.newest(folders().flatMap(\.journals)) else {
                throw AgentError(
                    "there is no journal in \(home.path)",
                    hint: "name a journal, or the folder of folders with --journals DIR",
                    exitCode: .usage
                )
            }
            return newest.path
        }
        switch Self.kind(argument) {
        case .folder:
            return try newest(inside: argument)
        case .file where [".yaml", ".yml", ".json"].contains(where: argument.hasSuffix):
            return try newest(inside: find(argument).folder.path)
        case .file:
            return argument
        case .nothing:
            return try named(argument).path
        }
    }

    /// Of a folder's own journals, else of those of the folders in it.
    private func newest(inside path: String) throws(AgentError) -> String {
        let folders = JournalFolders(under: JournalHome(path)).folders
        let own = folders.first { $0.path == JournalHome(path).path && !$0.journals.isEmpty }
        guard let newest = Self.newest(own?.journals ?? folders.flatMap(\.journals)) else {
            throw AgentError(
                "there is no journal in '\(path)'",
                hint: "its files are named RUN\(JournalFile.suffix)",
                exitCode: .usage
            )
        }
        return newest.path
    }

    private func named(_ argument: String) throws(AgentError) -> JournalFile {
        let folders = folders()
        let all = folders.flatMap(\.journals)
        let name =
            argument.hasSuffix(JournalFile.suffix) ? String(argument.dropLast(JournalFile.suffix.count)) : argument
        let exact = all.filter { $0.runID == name }
        if !exact.isEmpty { return try only(exact, "the run '\(name)'") }
        if let file = try newest(ofCanary: argument, in: folders) { return file }
        let begun = all.filter { $0.runID.hasPrefix(name) || $0.runID.hasPrefix("run-\(name)") }
        guard name.isEmpty || begun.isEmpty else { return try only(begun, "'\(argument)'") }
        throw AgentError(
            "there is no run '\(argument)': no such file, and no such run or canary in \(home.path)",
            hint: all.isEmpty
                ? "name a journal, or the folder of folders with --journals DIR"
                : "`haldane history` lists the runs; canaries here: \(Self.list(folders.map(\.name)))",
            exitCode: .usage
        )
    }

    /// The newest run of a canary; its newest judgement if it never had a run. Nil if there is no such canary.
    private func newest(ofCanary name: String, in folders: [JournalFolders.Folder]) throws(AgentError) -> JournalFile? {
        var candidates: [String: (runs: [JournalFile], judgements: [JournalFile])] = [:]
        for folder in folders {
            guard let last = folder.journals.last else { continue }
            let header = JournalHead.read(last.path)
            let canary = header.map { "\($0.spec.namespace)/\($0.spec.name)" }
            let isMeant =
                canary == name || header?.spec.name == name || folder.name == name || folder.lastName == name
                || (header == nil && folder.lastName.hasSuffix("-\(name)"))
            guard isMeant else { continue }
            if header?.purpose == nil {
                candidates[canary ?? folder.name, default: ([], [])].runs.append(last)
            } else {
                candidates[canary ?? folder.name, default: ([], [])].judgements.append(last)
            }
        }
        guard let found = candidates.first else { return nil }
        guard candidates.count == 1 else {
            throw AgentError(
                "'\(name)' may be any of \(candidates.count) canaries",
                hint: "name one: \(Self.list(candidates.keys.sorted()))",
                exitCode: .usage
            )
        }
        return Self.newest(found.value.runs) ?? Self.newest(found.value.judgements)
    }

    private func only(_ files: [JournalFile], _ what: String) throws(AgentError) -> JournalFile {
        if files.count == 1 { return files[0] }
        let isOneName = Set(files.map(\.runID)).count == 1
        let newestFirst = files.sorted { RunMoment.of($0) > RunMoment.of($1) }
        throw AgentError(
            "\(what) may be any of \(files.count) runs",
            hint: "name one: \(Self.list(newestFirst.map { isOneName ? $0.path : $0.runID }))",
            exitCode: .usage
        )
    }

    private func folders() -> [JournalFolders.Folder] { JournalFolders(under: home).folders }

    private static func newest(_ files: [JournalFile]) -> JournalFile? {
        files.max { left, right in
            let (one, other) = (RunMoment.of(left), RunMoment.of(right))
            return one == other ? left < right : one < other
        }
    }
}
