/// Certificates or a key in PEM form, held in memory; it never prints its content.
package struct PEM: Sendable, Hashable {
    /// The text as bytes, `-----BEGIN …` lines included.
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension PEM: CustomStringConvertible, CustomReflectable {
    package var description: String {
        "PEM data of \(bytes.count) bytes"
    }

    package var customMirror: Mirror {
        Mirror(self, children: ["count": bytes.count])
    }
}
