import Events
import Glibc

/// Bytes that live as long as the program, so that writing them costs no reference count.
struct Text: @unchecked Sendable {
    let start: UnsafePointer<UInt8>
    let count: Int

    init(_ bytes: [UInt8]) {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        copy.initialize(from: bytes, count: bytes.count)
        start = UnsafePointer(copy)
        count = bytes.count
    }
}

/// How a delivery is written.
enum Form: Sendable {
    /// One JSON object a line, in UTF-8.
    case ndjson
    /// CSV in GB18030 with Chinese columns and words, as the pipeline's `fields` and `values` translate them.
    case gb18030
}

/// Column names and words, in the contract's language and in Chinese.
enum Words {
    /// The columns of each log's CSV, in order; NDJSON writes those that a type uses, in the same order.
    static let columns: [[String]] = [
        ["event_id", "type", "occurred_on", "recorded_at", "child", "community", "born_on", "target", "reason"],
        ["event_id", "type", "occurred_on", "recorded_at", "child", "facility", "class", "mode", "target", "reason"],
        [
            "event_id", "type", "occurred_on", "recorded_at", "facility", "name", "registrar", "form", "community", "longitude",
            "latitude", "infant", "toddler", "preschool", "mixed", "receipt", "level", "kind", "valid_until", "result",
            "caregivers", "indoor_m2", "target", "reason",
        ],
        ["event_id", "type", "occurred_on", "recorded_at", "grant", "scheme", "facility", "child", "amount", "target", "reason"],
    ]

    /// What a Chinese export calls the columns.
    static let fields: [(chinese: String, field: String)] = [
        ("事件编号", "event_id"), ("事件类型", "type"), ("发生日期", "occurred_on"), ("记录时间", "recorded_at"), ("儿童", "child"),
        ("社区代码", "community"), ("出生日期", "born_on"), ("更正对象", "target"), ("原因", "reason"), ("机构", "facility"), ("班型", "class"),
        ("服务方式", "mode"), ("机构名称", "name"), ("登记机关", "registrar"), ("形式", "form"), ("经度", "longitude"), ("纬度", "latitude"),
        ("乳儿班托位", "infant"), ("托小班托位", "toddler"), ("托大班托位", "preschool"), ("混合班托位", "mixed"), ("回执编号", "receipt"),
        ("示范级别", "level"), ("证照", "kind"), ("有效期至", "valid_until"), ("检查结果", "result"), ("照护人员", "caregivers"),
        ("室内面积", "indoor_m2"), ("补助编号", "grant"), ("补助项目", "scheme"), ("金额", "amount"),
    ]

    /// What a Chinese export writes in cells, by field.
    static let values: [(field: String, words: [(chinese: String, word: String)])] = [
        (
            "type",
            [
                ("出生登记", "birth_registered"), ("迁入", "child_moved_in"), ("新生儿访视", "newborn_visited"), ("迁移", "child_relocated"),
                ("迁出", "child_moved_out"), ("死亡", "child_died"), ("排队登记", "waitlist_joined"), ("退出排队", "waitlist_left"),
                ("入托", "child_enrolled"), ("转班", "class_changed"), ("离托", "child_withdrew"), ("机构登记", "facility_registered"),
                ("机构迁址", "facility_relocated"), ("托位核定", "capacity_set"), ("提交备案", "filing_submitted"),
                ("备案退回", "filing_returned"), ("备案通过", "filing_accepted"), ("备案注销", "filing_cancelled"),
                ("普惠认定", "inclusive_recognized"), ("普惠取消", "inclusive_withdrawn"), ("示范授予", "demonstration_awarded"),
                ("示范撤销", "demonstration_withdrawn"), ("证照颁发", "credential_issued"), ("检查完成", "inspection_completed"),
                ("人员报告", "staffing_reported"), ("场地报告", "site_reported"), ("机构关闭", "facility_closed"),
                ("补助批准", "subsidy_granted"), ("补助发放", "subsidy_paid"), ("补助追回", "subsidy_recovered"), ("更正", "event_voided"),
            ]
        ),
        ("class", [("乳儿班", "infant"), ("托小班", "toddler"), ("托大班", "preschool"), ("混合编班", "mixed")]),
        ("mode", [("全日托", "full_day"), ("半日托", "half_day"), ("计时托", "hourly")]),
        ("registrar", [("编办", "institution"), ("民政", "civil_affairs"), ("市场监管", "market")]),
        ("form", [("托育机构", "center"), ("社区嵌入", "community"), ("幼儿园托班", "kindergarten"), ("用人单位", "employer"), ("家庭托育点", "home")]),
        ("level", [("省级", "province"), ("市级", "city"), ("区级", "district")]),
        ("kind", [("消防", "fire"), ("卫生", "hygiene"), ("食品", "food")]),
        ("result", [("合格", "pass"), ("整改", "rectify"), ("不合格", "fail")]),
        (
            "scheme",
            [("建设补助", "construction"), ("运营补助", "operating"), ("示范奖励", "demonstration"), ("消费券", "voucher"), ("育儿补贴", "childrearing")]
        ),
    ]

    /// Reasons of voids, returns, cancellations, closings and withdrawals.
    static let reasons = [
        "重复录入", "信息有误", "材料不全，请补充", "家庭搬迁", "满三周岁离托", "升入幼儿园", "经营不善", "租约到期", "消防整改未通过", "家长自愿",
    ]
    /// How facilities are called: a word, their number, a kind.
    static let places = ["阳光", "启明", "金色摇篮", "小天使", "育苗", "春芽", "童心", "星河", "爱贝", "蓝天", "向日葵", "彩虹", "晨曦", "安心", "乐融", "禾苗"]
    static let kinds = ["托育中心", "社区托育点", "幼儿园托班", "职工托育园", "家庭托育点"]

    /// A text in the encoding of a form.
    static func encoded(_ text: String, _ form: Form) -> [UInt8] {
        let utf8 = Array(text.utf8)
        guard case .gb18030 = form, let converter = iconv_open("GB18030", "UTF-8") else { return utf8 }
        defer { iconv_close(converter) }
        var input = utf8.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: utf8.count * 2 + 4)
        var left = input.count
        var room = output.count
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var from = source.baseAddress
                var to = target.baseAddress
                _ = iconv(converter, &from, &left, &to, &room)
            }
        }
        return output.prefix(output.count - room).map { UInt8(bitPattern: $0) }
    }
}
