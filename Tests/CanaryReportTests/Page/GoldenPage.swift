import Foundation
import Testing

/// Pages that are kept beside these tests. `HALDANE_UPDATE_GOLDEN=1` rewrites them; the difference is then read in review.
enum GoldenPage {
    static func check(_ text: String, _ name: String) throws { try Golden.check(text, name, file: #filePath) }
}
