import CanaryCore
import CanaryReport
import Glibc

/// A file, or standard input as `-`, read in chunks.
struct ByteInput: ~Copyable {
    let name: String
    private let descriptor: Int32

    init(_ path: String) throws(CommandFault) {
        guard path != "-" else {
            name = "standard input"
            descriptor = 0
            return
        }
        name = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.fault(path, errno) }
    }

    deinit {
        if descriptor > 2 { close(descriptor) }
    }

    /// Fills the buffer as far as something is there; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(CommandFault) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw Self.fault(name, errno) }
        }
    }

    /// All bytes.
    static func readAll(_ path: String, limit: Int = 16_777_216) throws(CommandFault) -> [UInt8] {
        let input = try ByteInput(path)
        var bytes: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = try input.read(into: chunk)
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            guard bytes.count <= limit else {
                throw CommandFault(InputFault("cannot read \(path)", cause: "it has more than \(limit) bytes"), .usage)
            }
        }
    }

    /// All text; 64 if it is not UTF-8.
    static func readText(_ path: String) throws(CommandFault) -> String {
        guard let text = String(validating: try readAll(path), as: UTF8.self) else {
            throw CommandFault(InputFault("\(path) is not a text file", cause: "it is not UTF-8"), .usage)
        }
        return text
    }

    private static func fault(_ path: String, _ number: Int32) -> CommandFault {
        CommandFault(InputFault("cannot read \(path)", cause: String(cString: strerror(number))), .usage)
    }
}
