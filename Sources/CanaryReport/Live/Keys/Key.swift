/// A key that somebody pressed, or a text that was pasted.
package enum Key: Sendable, Hashable {
    case character(Character)
    case enter
    case escape
    case backspace
    /// Everything before the cursor goes: Ctrl-U.
    case erase
    case up
    case down
    case pageUp
    case pageDown
    case home
    case end
    /// Pasted text, at most `KeyDecoder.mostPaste` characters: never taken for keys, so that a slip of the mouse commands nothing.
    case paste(String)
}
