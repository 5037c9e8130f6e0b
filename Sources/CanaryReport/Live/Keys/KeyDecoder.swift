/// Turns what a terminal sends into keys: UTF-8, escape sequences, bracketed pastes.
///
/// Sequences that are not known are swallowed whole. Memory is bounded whatever comes in.
package struct KeyDecoder: Sendable {
    /// The characters of a paste that are kept.
    package static let mostPaste = 500

    private enum State: Sendable {
        case ground
        /// After the escape byte: a key by itself, or the beginning of a sequence.
        case escape
        /// After `ESC [`, with the parameters so far.
        case sequence([UInt8])
        /// After `ESC O`.
        case single
        /// Inside a multi-byte character.
        case character([UInt8], missing: Int)
    }

    private var state = State.ground
    /// What has been pasted so far; nil outside of a paste.
    private var pasted: [UInt8]?

    package init() {}

    /// Whether a lone escape byte waits for what follows it: the caller asks `settle` if nothing does.
    package var isWaiting: Bool {
        switch state {
        case .escape, .single: true
        case .ground, .sequence, .character: false
        }
    }

    /// The keys that are complete with these bytes.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in bytes {
            if let key = take(byte) { keys.append(key) }
        }
        return keys
    }

    /// Nothing followed for a moment: a lone escape byte was the key.
    package mutating func settle() -> [Key] {
        guard isWaiting else { return [] }
        state = .ground
        return pasted == nil ? [.escape] : []
    }

    private mutating func take(_ byte: UInt8) -> Key? {
        switch state {
        case .escape: return afterEscape(byte)
        case .sequence(let parameters): return inSequence(byte, parameters)
        case .single:
            state = .ground
            return pasted == nil ? Self.cursor(byte) : nil
        case .character(let bytes, let missing):
            guard byte & 0xC0 == 0x80 else {
                state = .ground
                return plain(byte)
            }
            state = missing > 1 ? .character(bytes + [byte], missing: missing - 1) : .ground
            return missing > 1 ? nil : Self.character(bytes + [byte])
        case .ground: return plain(byte)
        }
    }

    private mutating func plain(_ byte: UInt8) -> Key? {
        if byte == 0x1B {
            state = .escape
            return nil
        }
        if pasted != nil {
            if pasted?.count ?? 0 < Self.mostPaste * 4 { pasted?.append(byte) }
            return nil
        }
        switch byte {
        case 0x0A, 0x0D: return .enter
        case 0x08, 0x7F: return .backspace
        case 0x15: return .erase
        case 0x20..<0x7F: return .character(Character(Unicode.Scalar(byte)))
        case 0xC2..<0xE0: state = .character([byte], missing: 1)
        case 0xE0..<0xF0: state = .character([byte], missing: 2)
        case 0xF0..<0xF5: state = .character([byte], missing: 3)
        default: break
        }
        return nil
    }

    private mutating func afterEscape(_ byte: UInt8) -> Key? {
        switch byte {
        case UInt8(ascii: "["):
            state = .sequence([])
            return nil
        case UInt8(ascii: "O"):
            state = .single
            return nil
        case 0x1B:
            // The first one was the key.
            return pasted == nil ? .escape : nil
        default:
            // Alt and a key: not a key of ours.
            state = .ground
            return nil
        }
    }

    private mutating func inSequence(_ byte: UInt8, _ parameters: [UInt8]) -> Key? {
        guard (0x40...0x7E).contains(byte) else {
            if byte == 0x1B {
                state = .escape
            } else {
                // A sequence without an end is forgotten, and what follows is read anew.
                state = parameters.count < Self.mostParameters ? .sequence(parameters + [byte]) : .ground
            }
            return nil
        }
        state = .ground
        guard byte == UInt8(ascii: "~") else { return pasted == nil ? Self.cursor(byte) : nil }
        switch (String(decoding: parameters, as: UTF8.self), pasted) {
        case ("200", nil):
            pasted = []
            return nil
        case ("201", let bytes?):
            pasted = nil
            return .paste(String(String(decoding: bytes, as: UTF8.self).prefix(Self.mostPaste)))
        case ("5", nil): return .pageUp
        case ("6", nil): return .pageDown
        case ("1", nil), ("7", nil): return .home
        case ("4", nil), ("8", nil): return .end
        default: return nil
        }
    }

    private static func cursor(_ byte: UInt8) -> Key? {
        switch byte {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "M"): .enter
        default: nil
        }
    }

    private static func character(_ bytes: [UInt8]) -> Key? {
        guard let text = String(validating: bytes, as: UTF8.self), let character = text.first else { return nil }
        // C1 controls could steer a terminal that the text is shown on.
        return TextCells.harmless(text) == text ? .character(character) : nil
    }

    private static let mostParameters = 16
}
