import Foundation
import Testing

/// Temporary folders of one test.
struct Folders: Sendable {
    struct Folder {
        let path: String

        func copy(_ fixture: String) throws -> String {
            let source = try #require(Bundle.module.url(forResource: "Fixtures/" + fixture, withExtension: nil))
            let target = path + "/" + fixture
            try Data(contentsOf: source).write(to: URL(filePath: target))
            return target
        }

        func entries() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }

    let root = FileManager.default.temporaryDirectory.appending(path: "haldane-routes-\(UUID().uuidString)").path

    func make() throws -> Folder {
        let path = root + "/" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return Folder(path: path)
    }

    func remove() {
        // What cannot be removed is the system's to clean up.
        try? FileManager.default.removeItem(atPath: root)
    }
}
