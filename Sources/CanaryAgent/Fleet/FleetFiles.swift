import CanaryYAML
import FoundationEssentials
import Glibc

/// The YAML files under some paths: files as they are named, folders with all of their folders.
///
/// Hidden files and folders are left out. Symbolic links to files are followed, as each file of a mounted ConfigMap is one;
/// those to folders are only if they are named themselves. A file is read once, whatever leads to it. Files, depth and
/// bytes are bounded; what is not read is a problem.
struct FleetFiles {
    private static let mostFiles = 20_000
    private static let mostDepth = 32
    private static let mostBytes = 256 << 20
    private static let mostOfOne = 8 << 20

    private var files = 0
    private var bytes = 0
    private var isFull = false
    private var seen: Set<Identity> = []

    private struct Identity: Hashable {
        var device: UInt
        var node: UInt
    }

    /// Reads all paths.
    static func read(_ paths: [String], into reader: inout FleetReader) {
        var files = FleetFiles()
        for path in paths { files.add(path, depth: 0, isNamed: true, &reader) }
        if files.isFull {
            reader.add(
                problem: .init(
                    place: paths.first ?? "",
                    message: "more than \(mostFiles) files or \(mostBytes >> 20) MiB of YAML: the rest was not read; "
                        + "name fewer folders"
                )
            )
        }
    }

    private mutating func add(_ path: String, depth: Int, isNamed: Bool, _ reader: inout FleetReader) {
        let isWanted = isNamed || path.hasSuffix(".yaml") || path.hasSuffix(".yml")
        var status = stat()
        guard stat(path, &status) == 0 else {
            // A link that leads nowhere, or a file that went while the folder was read.
            if isWanted { reader.add(problem: .init(place: path, message: String(cString: strerror(errno)))) }
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            guard isNamed || !Self.isLink(path) else {
                reader.add(note: "\(path) is a link to a folder, which is not followed: name it to have it read")
                return
            }
            addFolder(path, depth: depth, &reader)
        case S_IFREG where isWanted:
            let identity = Identity(device: UInt(status.st_dev), node: UInt(status.st_ino))
            guard seen.insert(identity).inserted else { return }
            addFile(path, size: Int(clamping: status.st_size), &reader)
        case S_IFREG: break
        default:
            if isNamed { reader.add(problem: .init(place: path, message: "neither a file nor a folder")) }
        }
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private mutating func addFolder(_ path: String, depth: Int, _ reader: inout FleetReader) {
        guard depth < Self.mostDepth else {
            reader.add(problem: .init(place: path, message: "more than \(Self.mostDepth) folders deep: not read"))
            return
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            reader.add(problem: .init(place: path, message: "the folder cannot be read"))
            return
        }
        let base = path.hasSuffix("/") ? path : path + "/"
        for name in names.sorted() where !name.hasPrefix(".") && !isFull {
            add(base + name, depth: depth + 1, isNamed: false, &reader)
        }
    }

    private mutating func addFile(_ path: String, size: Int, _ reader: inout FleetReader) {
        guard size <= Self.mostOfOne else {
            reader.add(problem: .init(place: path, message: "longer than \(Self.mostOfOne >> 20) MiB: not read"))
            return
        }
        guard files < Self.mostFiles, bytes + size <= Self.mostBytes else {
            isFull = true
            return
        }
        files += 1
        bytes += size
        guard let data = FileManager.default.contents(atPath: path) else {
            reader.add(problem: .init(place: path, message: "the file cannot be read"))
            return
        }
        guard let text = String(data: data, encoding: .utf8) else {
            reader.add(problem: .init(place: path, message: "not UTF-8 text"))
            return
        }
        reader.add(text: text, file: path)
    }
}
