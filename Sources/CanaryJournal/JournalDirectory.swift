#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A directory with one journal a run, and a lock.
///
/// Creating or resuming a run does not take the directory's lock; the caller holds it as long as the run. A journal that
/// somebody writes is locked on its own as well, so that two writers never meet in one file.
package struct JournalDirectory: Sendable, Hashable {
    /// The directory's path, without a slash at its end.
    package let path: String

    /// Creates the directory and its parents where they are missing.
    package init(path: String) throws(JournalError) {
        try self.init(unchecked: path)
        do {
            try Self.makeDirectories(self.path)
        } catch {
            throw JournalError(error, action: "create the journal directory", path: self.path)
        }
        guard try Self.isDirectory(self.path) else {
            throw JournalError(
                .wrongKind,
                "'\(self.path)' is not a directory",
                hint: "choose another folder with --journal"
            )
        }
    }

    /// A directory that is there already; nothing is created.
    package init(existing path: String) throws(JournalError) {
        try self.init(unchecked: path)
        guard try Self.isDirectory(self.path) else {
            throw JournalError(.wrongKind, "'\(self.path)' is not a directory")
        }
    }

    private init(unchecked path: String) throws(JournalError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw JournalError(.invalidName, "a journal directory needs a path without zero bytes")
        }
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.path = trimmed
    }

    /// Takes the directory's lock without waiting. A second holder gets `.locked`, which names the first one's process.
    package func lock() throws(JournalError) -> JournalLock {
        try JournalLock(directory: path)
    }

    /// The runs with a journal here, by name, so the newest is last. Other files are ignored.
    package func runs() throws(JournalError) -> [JournalFile] {
        guard let stream = opendir(path) else {
            throw JournalError(SystemFailure(errno), action: "list the journal directory", path: path)
        }
        defer { closedir(stream) }
        var files: [JournalFile] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else {
                    throw JournalError(SystemFailure(errno), action: "list the journal directory", path: path)
                }
                break
            }
            let type = Int32(entry.pointee.d_type)
            guard type == Int32(DT_REG) || type == Int32(DT_UNKNOWN) else { continue }
            let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
            }
            if let file = JournalFile(fileName: name, directory: path) { files.append(file) }
        }
        return files.sorted()
    }

    /// Starts a run's journal with its header, durably: the file, its first frame and its name in the directory.
    ///
    /// - Parameters:
    ///   - runID: 1 to 128 letters, digits, `.`, `_`, `-`. Names sort by time, so begin them with it.
    ///   - header: a JSON object with `"schema":"haldane.journal/1"`.
    package func create(runID: String, header: [UInt8]) throws(JournalError) -> JournalWriter {
        let file = try JournalFile(runID: runID, directory: path)
        try JournalWriter.checkRecord(header, limits: .streaming)
        do {
            try JournalSchema.check(header, path: file.path)
        } catch {
            throw JournalError(
                .invalidRecord,
                "the header of run '\(runID)' needs the schema '\(JournalSchema.current)'"
            )
        }
        let storage = try JournalFileStorage(path: file.path, mode: .create)
        do {
            var frames = try FrameAppender(path: file.path, storage: storage, end: 0)
            try frames.append(header + [UInt8(ascii: "\n")])
            try Self.synchronizeNames(in: path)
            return JournalWriter(path: file.path, frames: frames)
        } catch {
            // A run that did not start leaves nothing; the error that stopped it is the one to report.
            unlink(file.path)
            throw error
        }
    }

    /// Opens a run's journal to go on with it, after cutting a torn last flush, which `tornBytes` reports.
    ///
    /// The cut bytes are not kept: they hold no whole flush, and what was acted on had been flushed before. When even
    /// the header's flush was torn a new header with `"recovered":true` takes its place and is the only record.
    package func resume(_ file: JournalFile) throws(JournalError) -> (JournalWriter, JournalContents) {
        var records: [[UInt8]] = []
        let (writer, extent) = try resume(file, limits: .whole) { record in
            records.append(record)
            return .next
        }
        let contents = JournalContents(
            records: records,
            tornBytes: extent.tornBytes,
            validBytes: extent.validBytes
        )
        return (writer, contents)
    }

    /// As `resume(_:)`, visiting the records one at a time instead of keeping them. The answer of `body` cannot stop
    /// the visit short, because the file's end must be known.
    package func resume(
        _ file: JournalFile,
        limits: JournalLimits = .streaming,
        forEachRecord body: ([UInt8]) -> JournalVisit
    ) throws(JournalError) -> (JournalWriter, JournalExtent) {
        let storage = try JournalFileStorage(path: file.path, mode: .open)
        var isVisiting = true
        var extent = try JournalReader.forEachRecord(path: file.path, limits: limits) { record in
            if isVisiting { isVisiting = body(record) == .next }
            return .next
        }
        var frames = try FrameAppender(path: file.path, storage: storage, end: extent.validBytes)
        if extent.tornBytes > 0 { try frames.cut() }
        if extent.recordCount == 0 {
            let header = JournalSchema.makeRecoveredHeader(runID: file.runID)
            try frames.append(header + [UInt8(ascii: "\n")])
            extent.recordCount = 1
            extent.validBytes = frames.end
            _ = body(header)
        }
        return (JournalWriter(path: file.path, frames: frames), extent)
    }

    /// Whether the path leads to a directory. Throws `.missing` when it leads nowhere.
    static func isDirectory(_ path: String) throws(JournalError) -> Bool {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw JournalError(.invalidName, "a journal needs a path without zero bytes")
        }
        var status = stat()
        do {
            try SystemFailure.check { stat(path, &status) }
        } catch {
            throw JournalError(error, action: "find the journal", path: path)
        }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    private static func makeDirectories(_ path: String) throws(SystemFailure) {
        var created = path.hasPrefix("/") ? "" : "."
        for component in path.split(separator: "/") {
            let parent = created.isEmpty ? "/" : created
            created += "/" + component
            do {
                try SystemFailure.check { mkdir(created, mode_t(0o755)) }
            } catch {
                // EEXIST is the usual case; some systems answer these for a parent that is there but closed to us.
                guard [EEXIST, EISDIR].contains(error.number) || isPresent(created) else { throw error }
                continue
            }
            try Descriptor.synchronize(directory: parent)
        }
    }

    private static func isPresent(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0
    }

    private static func synchronizeNames(in path: String) throws(JournalError) {
        do {
            try Descriptor.synchronize(directory: path)
        } catch {
            throw JournalError(error, action: "write the journal directory", path: path)
        }
    }
}
