#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads a journal's file frame by frame, holding one frame at a time.
struct FrameReader: ~Copyable {
    enum Step: Hashable {
        /// `content` holds the next frame.
        case frame
        /// The file ends where a frame ended.
        case end
        /// From `offset` on there is no whole frame: a flush that was cut short.
        case torn
    }

    private enum Attempt: Hashable {
        case frame(end: Int)
        case end
        /// The file ends before the frame does.
        case cut(String)
        case damaged(String)
        case tooLarge(UInt64)
    }

    /// How many places after the damage are tried as the start of a good frame. Past that we call it corrupt.
    private static let candidateLimit = 64
    /// A torn flush cannot be longer: the largest frame plus what incompressible content adds.
    private static let longestTailBytes = JournalLimits.largestFrameBytes + (64 << 10)

    private let path: String
    private let file: Descriptor
    private let limits: JournalLimits
    private var decompressor: Decompressor
    private var chunk = [UInt8](repeating: 0, count: 64 << 10)
    private var chunkStart = 0
    private var chunkCount = 0
    private var output: [UInt8] = []
    private var outputCount = 0

    /// Where the next frame begins; everything before it was good.
    private(set) var offset = 0

    init(path: String, limits: JournalLimits) throws(JournalError) {
        // Without O_NONBLOCK the open of a named pipe would wait for its writer.
        let file = try Descriptor.openFile(path: path, flags: O_RDONLY | O_NONBLOCK, action: "open the journal")
        let decompressor = try Self.makeDecompressor(for: path)
        self.path = path
        self.limits = limits
        self.file = file
        self.decompressor = decompressor
    }

    private static func makeDecompressor(for path: String) throws(JournalError) -> Decompressor {
        do {
            return try Decompressor()
        } catch {
            throw JournalError(.io, "cannot read the journal '\(path)'", cause: error.text)
        }
    }

    /// The content of the frame that `next` read last.
    var content: ArraySlice<UInt8> { output[..<outputCount] }

    /// The bytes in the file now.
    func fileBytes() throws(JournalError) -> Int {
        do {
            return Int(clamping: try file.status().st_size)
        } catch {
            throw JournalError(error, action: "read the journal", path: path)
        }
    }

    /// Reads the next frame. Throws `.corrupt` when the bytes at `offset` are damaged and a good frame follows, or when
    /// the file does not begin as a journal does.
    mutating func next() throws(JournalError) -> Step {
        switch try attempt(at: offset) {
        case .frame(let end):
            offset = end
            return .frame
        case .end:
            return .end
        case .tooLarge(let bytes):
            throw JournalError(
                .tooLarge,
                "the frame at byte \(offset) of '\(path)' holds \(bytes) bytes, and the limit is \(limits.frameBytes)"
            )
        case .cut(let why):
            try refuseIfNotTorn(why)
            return .torn
        case .damaged(let why):
            // Cutting here would empty a file that may be somebody else's.
            guard offset > 0 else { throw JournalError(.corrupt, "'\(path)' is not a journal", cause: why) }
            try refuseIfNotTorn(why)
            return .torn
        }
    }

    private mutating func refuseIfNotTorn(_ why: String) throws(JournalError) {
        guard let follower = try findFrame(after: offset) else { return }
        throw JournalError(
            .corrupt,
            "the journal '\(path)' is damaged at byte \(offset), and \(follower)",
            cause: why,
            hint: "keep the file, and move it away to start anew; what lies before the damage can still be read"
        )
    }

    /// What speaks against a torn tail at `damage`, or nil.
    private mutating func findFrame(after damage: Int) throws(JournalError) -> String? {
        let total = try fileBytes()
        let rest = total - damage
        guard rest <= Self.longestTailBytes else { return "\(rest) bytes follow, more than one flush" }
        var candidates = 0
        var position = damage + 1
        while position < total {
            let range = try available(at: position, atLeast: FrameHeader.magic.count)
            guard range.count >= FrameHeader.magic.count else { return nil }
            guard let start = firstMagic(in: range) else {
                position += range.count - FrameHeader.magic.count + 1
                continue
            }
            position += start - range.lowerBound
            candidates += 1
            guard candidates <= Self.candidateLimit else { return "more than one flush follows" }
            if case .frame = try attempt(at: position) { return "a good frame follows at byte \(position)" }
            position += 1
        }
        return nil
    }

    /// Forgets what was read behind `offset`: a writer may have replaced it since.
    mutating func forgetTail() { chunkCount = 0 }

    private func firstMagic(in range: Range<Int>) -> Int? {
        let magic = FrameHeader.magic
        return (range.lowerBound...(range.upperBound - magic.count)).first { index in
            chunk[index] == magic[0] && chunk[index..<(index + magic.count)].elementsEqual(magic)
        }
    }

    /// Expands the frame at a position into `output`.
    private mutating func attempt(at start: Int) throws(JournalError) -> Attempt {
        outputCount = 0
        let front = try available(at: start, atLeast: FrameHeader.longestBytes)
        guard !front.isEmpty else { return .end }
        let capacity: Int
        switch FrameHeader.read(chunk[front]) {
        case .short: return .cut("the file ends in a frame's header")
        case .foreign(let why): return .damaged(why)
        case .header(let header):
            guard header.contentBytes <= UInt64(limits.frameBytes) else { return .tooLarge(header.contentBytes) }
            capacity = Int(header.contentBytes)
        }
        if output.count < capacity { output += [UInt8](repeating: 0, count: capacity - output.count) }
        do {
            try decompressor.startFrame()
        } catch {
            throw JournalError(.io, "cannot read the journal '\(path)'", cause: error.text)
        }
        return try expand(from: start, capacity: capacity)
    }

    private mutating func expand(from start: Int, capacity: Int) throws(JournalError) -> Attempt {
        var position = start
        var filled = 0
        while true {
            let range = try available(at: position, atLeast: 1)
            guard !range.isEmpty else { return .cut("the file ends in a frame") }
            let before = filled
            let step: (taken: Int, isComplete: Bool)
            do {
                step = try decompressor.expand(
                    chunk,
                    in: range,
                    into: &output,
                    filled: &filled,
                    capacity: capacity
                )
            } catch {
                return .damaged(error.text)
            }
            position += step.taken
            if step.isComplete {
                guard filled == capacity else { return .damaged("the frame is shorter than it says") }
                outputCount = filled
                return .frame(end: position)
            }
            guard step.taken > 0 || filled > before else { return .damaged("the frame is longer than it says") }
        }
    }

    /// The indices of `chunk` that hold the file's bytes from a position on: at least `count`, unless the file ends.
    private mutating func available(at position: Int, atLeast count: Int) throws(JournalError) -> Range<Int> {
        let index = position - chunkStart
        if index < 0 || index > chunkCount || chunkCount - index < count {
            do {
                chunkCount = try file.read(into: &chunk, at: position)
            } catch {
                chunkCount = 0
                throw JournalError(error, action: "read the journal", path: path)
            }
            chunkStart = position
        }
        return (position - chunkStart)..<chunkCount
    }
}
