import ArgumentParser
import CanaryAgent
import CanaryJournal
import FoundationEssentials

/// What a shell offers for an argument that names a run.
///
/// Asked for at every press of a key, so nothing is read but the names of files.
enum RunCandidates {
    /// Canaries, then specs and folders.
    @Sendable static func canaries(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        names(words, index, prefix) + files(prefix, endings: [".yaml", ".yml"])
    }

    /// Canaries alone.
    @Sendable static func names(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        Set(folders(words).map(\.lastName)).filter { $0.hasPrefix(prefix) }.sorted()
    }

    /// Canaries and the newest runs, then specs, journals and folders.
    @Sendable static func runs(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        let folders = folders(words)
        let names = Set(folders.filter { !$0.journals.isEmpty }.map(\.lastName)).filter { $0.hasPrefix(prefix) }
        let runs = Set(folders.flatMap { $0.journals.map(\.runID) }.filter { $0.hasPrefix(prefix) })
        return names.sorted() + runs.sorted(by: >).prefix(most)
            + files(prefix, endings: [".yaml", ".yml", ".journal.zst"])
    }

    private static func folders(_ words: [String]) -> [JournalFolders.Folder] {
        var flag: String?
        for (word, next) in zip(words, words.dropFirst()) where word == "--journals" { flag = next }
        for word in words where word.hasPrefix("--journals=") { flag = String(word.dropFirst(11)) }
        let home = JournalHome(flag: flag, environment: Console.environment)
        return JournalFolders(under: home).folders.filter { !$0.journals.isEmpty }
    }

    /// Files with these endings, and folders, in the folder that the prefix is in.
    private static func files(_ prefix: String, endings: [String]) -> [String] {
        let slash = prefix.lastIndex(of: "/")
        let folder = slash.map { String(prefix[...$0]) } ?? ""
        let start = slash.map { String(prefix[prefix.index(after: $0)...]) } ?? prefix
        // A folder that cannot be listed offers nothing.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        return names.sorted().filter { $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix(".")) }
            .compactMap { name in
                if endings.contains(where: name.hasSuffix) { return folder + name }
                return FileStamp(folder + name)?.isFolder == true ? "\(folder)\(name)/" : nil
            }.prefix(most).map { $0 }
    }

    private static let most = 50
}

extension CompletionKind {
    /// Files that may hold a spec or a route.
    static var spec: CompletionKind { .file(extensions: ["yaml", "yml"]) }
}
