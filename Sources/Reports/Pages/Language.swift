/// The language of readable reports. Tables keep their own words.
public enum Language: String, CaseIterable, Sendable, Hashable {
    /// 中文, the default.
    case chinese = "zh"
    /// English.
    case english = "en"

    /// The tag for `lang` in pages (BCP 47).
    var tag: String {
        switch self {
        case .chinese: "zh-Hans"
        case .english: "en"
        }
    }

    /// The text of this language.
    func callAsFunction(_ chinese: String, _ english: String) -> String {
        switch self {
        case .chinese: chinese
        case .english: english
        }
    }
}
