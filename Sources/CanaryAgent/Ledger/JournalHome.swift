/// The folder under which the journals of all canaries are kept, a folder for each: on a disk, a volume, any mounted path.
package struct JournalHome: Sendable, Hashable {
    /// The environment variable that names it.
    package static let variable = "HALDANE_JOURNALS"
    /// Where it is unless told otherwise.
    package static let standard = ".haldane"

    /// Without a slash at its end.
    package let path: String

    package init(_ path: String = JournalHome.standard) {
        self.path = RunFolder(path: path).path
    }

    /// - Parameters:
    ///   - flag: what the command line says; it wins.
    ///   - environment: `HALDANE_JOURNALS` is read; an empty value is none.
    package init(flag: String?, environment: [String: String]) {
        let given = [flag, environment[Self.variable]].compactMap { $0 }.first { !$0.isEmpty }
        self.init(given ?? Self.standard)
    }

    /// Where the runs of a canary are kept.
    package func folder(namespace: String, name: String) -> String { "\(path)/\(namespace)-\(name)" }

    /// Where the judgements of a canary's past are kept.
    package func pastFolder(namespace: String, name: String) -> String {
        folder(namespace: namespace, name: name) + "/past"
    }
}
