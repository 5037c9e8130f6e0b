package import CanaryYAML
import Foundation

/// Kubernetes manifests as text.
package enum Manifests {
    /// The documents of a YAML stream; empty ones are left out.
    package static func documents(of text: String) throws -> [JSONValue] {
        try ("\n" + text).components(separatedBy: "\n---\n").map { try YAMLText.parse($0) }.filter { $0 != .null }
    }

    /// The documents of files, by their full paths.
    package static func read(_ paths: [String]) throws -> [JSONValue] {
        try paths.flatMap { try documents(of: String(contentsOfFile: $0, encoding: .utf8)) }
    }
}
