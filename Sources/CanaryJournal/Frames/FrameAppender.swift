/// Appends frames to a journal's file and keeps it readable when that fails.
struct FrameAppender: ~Copyable {
    private let path: String
    private let storage: any JournalStorage
    private var compressor: Compressor
    /// Bytes of a failed write may lie after `end`.
    private var hasLeftovers: Bool

    /// Where the last good frame ends.
    private(set) var end: Int

    /// - Parameter end: the file's length up to which it is known to be good.
    init(path: String, storage: any JournalStorage, end: Int) throws(JournalError) {
        self.path = path
        self.storage = storage
        self.end = end
        hasLeftovers = false
        do {
            compressor = try Compressor()
        } catch {
            throw JournalError(.io, "cannot write the journal '\(path)'", cause: error.text)
        }
    }

    /// Writes one frame and waits until it is durable.
    ///
    /// After an error the file ends with the last good frame again. If even that cutting fails it is tried once more
    /// before the next frame; until then a reader sees a torn tail.
    mutating func append(_ content: [UInt8]) throws(JournalError) {
        let frame: [UInt8]
        do {
            frame = try compressor.makeFrame(content)
        } catch {
            throw JournalError(.io, "cannot write the journal '\(path)'", cause: error.text)
        }
        do {
            if hasLeftovers {
                try storage.truncate(to: end)
                hasLeftovers = false
            }
            hasLeftovers = true
            try storage.write(frame, at: end)
            try storage.synchronize()
            hasLeftovers = false
        } catch {
            cutLeftovers()
            throw JournalError(error, action: "write the journal", path: path)
        }
        end += frame.count
    }

    /// Cuts the file at `end`, durably.
    mutating func cut() throws(JournalError) {
        do {
            try storage.truncate(to: end)
            try storage.synchronize()
        } catch {
            throw JournalError(error, action: "cut the torn end of the journal", path: path)
        }
    }

    /// Lets another writer have the file.
    func release() {
        storage.release()
    }

    private mutating func cutLeftovers() {
        do {
            try storage.truncate(to: end)
            hasLeftovers = false
        } catch {
            // The error that brought us here is the one to report; the cut is repeated before the next frame.
            hasLeftovers = true
        }
    }
}
