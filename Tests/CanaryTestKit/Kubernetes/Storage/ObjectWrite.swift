import CanaryYAML

/// The circumstances of a write: who, through which path, how strictly.
struct ObjectWrite: Sendable {
    /// Which parts of the document count; the others stay as they were.
    enum Scope: Sendable {
        /// Everything but the status.
        case main
        case status
        /// Both, as no request can.
        case everything
    }

    /// How unknown fields are met.
    enum Validation: String, Sendable {
        case ignore = "Ignore"
        case warn = "Warn"
        case strict = "Strict"
    }

    var key: ObjectKey
    /// The version in which the document is written.
    var version: String
    var manager: String
    var scope = Scope.main
    var validation = Validation.warn
    var isPatch = false
    /// Everything is computed, nothing is stored.
    var isDry = false
    /// RFC 3339 in seconds.
    var time: String
}

/// What came of a write.
struct SavedObject: Sendable {
    /// As stored, or as it would be.
    var object: JSONValue
    /// One line for each unknown field that was dropped.
    var warnings: [String]
    var isChanged: Bool
}
