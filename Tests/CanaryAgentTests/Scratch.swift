import Foundation

/// A folder of one test that goes with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        // In memory where that is possible: these tests wait for the disk many hundred times.
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
        path = "\(parent)/haldane-agent-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // A folder that stays behind harms nobody; the system empties its temporary folder.
        try? FileManager.default.removeItem(atPath: path)
    }

    func load(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    }

    func store(_ bytes: some Sequence<UInt8>, at file: String) throws {
        try Data(Array(bytes)).write(to: URL(fileURLWithPath: file))
    }
}
