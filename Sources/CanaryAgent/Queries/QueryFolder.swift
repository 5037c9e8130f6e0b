package import CanaryCore
package import CanaryQueries
package import CanaryYAML
import Glibc

/// A user's folder of queries: files named `NAME.promql`, and nothing else is looked at.
package enum QueryFolder {
    /// More is no query.
    package static let mostBytes = 64 * 1024
    package static let mostFiles = 500

    /// The queries in the binary with a folder's over them; without a folder those in the binary.
    ///
    /// - Throws: at the first fault that would make a number wrong, with file, line and column.
    package static func load(_ path: String?) throws(AgentError) -> QuerySet {
        let set: QuerySet
        do throws(QueryError) {
            set = try QuerySet.builtIn()
        } catch {
            throw AgentError("a query in this program is broken: \(error)")
        }
        guard let path else { return set }
        let files = try files(in: path)
        do throws(QueryError) {
            return try set.adding(files)
        } catch {
            throw AgentError(
                "the query \(place(of: error.name, in: path)):\(error.line):\(error.column) cannot be used",
                cause: error.message,
                hint: error.hint ?? "'haldane queries lint \(path)' shows everything that is wrong",
                exitCode: .usage
            )
        }
    }

    /// The same for a spec, whose own metrics must all be there.
    package static func load(_ path: String?, for spec: CanarySpec) throws(AgentError) -> QuerySet {
        let set = try load(path)
        for metric in spec.objectives.metrics where set[metric.query] == nil {
            let place = path.map { "the folder \($0)" } ?? "the spec names no folder of queries"
            throw AgentError(
                "objectives.metrics names the query '\(metric.query)', and there is none",
                cause: path == nil ? place : "neither in this program nor in \(place)",
                hint: set.suggestion(for: metric.query).map { "did you mean '\($0)'?" }
                    ?? "put \(metric.query).promql into a folder and name it under telemetry.prometheus.queries",
                exitCode: .usage
            )
        }
        return set
    }

    /// The files of a folder as they are, by name without `.promql`.
    package static func files(in path: String) throws(AgentError) -> [(name: String, text: String)] {
        let names = try names(in: path)
        guard !names.isEmpty else {
            throw AgentError(
                "there is no query in the folder \(path)",
                cause: "none of its files ends with .promql",
                hint: "'haldane queries NAME' prints a built-in one to begin with",
                exitCode: .usage
            )
        }
        var files: [(name: String, text: String)] = []
        for name in names {
            files.append((String(name.dropLast(suffix.count)), try text(of: path + "/" + name)))
        }
        return files
    }

    /// The path of a query's file.
    package static func place(of name: String, in path: String) -> String { "\(path)/\(name)\(suffix)" }

    private static let suffix = ".promql"

    private static func names(in path: String) throws(AgentError) -> [String] {
        guard let folder = opendir(path) else {
            throw AgentError(
                "cannot read the folder \(path)",
                cause: String(cString: strerror(errno)),
                exitCode: .usage
            )
        }
        defer { closedir(folder) }
        var names: [String] = []
        var looked = 0
        while let entry = readdir(folder) {
            looked += 1
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
            guard names.count <= mostFiles, looked <= 100 * mostFiles else {
                throw AgentError(
                    "the folder \(path) has more than \(mostFiles) queries",
                    hint: "keep the queries in a folder of their own",
                    exitCode: .usage
                )
            }
        }
        return names.sorted()
    }

    private static func text(of path: String) throws(AgentError) -> String {
        // Not to wait for a pipe that has the name of a query.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw fault(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw fault(path, "it is not a file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw fault(path, String(cString: strerror(errno)))
            }
            bytes += chunk[..<count]
            guard bytes.count <= mostBytes else { throw fault(path, "it has more than \(mostBytes) bytes") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault(path, "it is not UTF-8") }
        return text
    }

    private static func fault(_ path: String, _ cause: String) -> AgentError {
        AgentError("cannot read the query \(path)", cause: cause, exitCode: .usage)
    }
}

extension DecodedSpec {
    /// The folder of queries that the spec names: relative to the spec's own folder, one from `--set` to the working folder.
    package func queryFolder(specFile: String) -> String? {
        guard let folder = spec.telemetry.prometheus?.queries else { return nil }
        if case .override = origin("telemetry.prometheus.queries") { return folder }
        guard !folder.hasPrefix("/"), let slash = specFile.lastIndex(of: "/") else { return folder }
        return specFile[...slash] + folder
    }
}
