"""Who and what the demo company consists of, in Chinese and English. Values only."""

from __future__ import annotations

from typing import NamedTuple

from app.core.actor import Role

CODE = "demo"
PASSWORD = "paceline-demo"
MAIL_DOMAIN = "kangqiao.example"
# The others join by a link, as in any company.
WITH_PASSWORD = {"li.ting", "sun.hao", "chen.li", "wang.qiang", "chen.ming", "he.jie", "liu.fang", "zhao.min"}


class Name(NamedTuple):
    """One name in both languages."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """The name in `zh` or `en`."""
        return self.zh if language == "zh" else self.en


class Member(NamedTuple):
    """A person: `key` is the part of the e-mail before the @, `team` a key of TEAMS."""

    key: str
    name: Name
    role: Role
    team: str
    title: Name


COMPANY = Name("杭州康桥医疗", "Kangqiao Medical")

REP = Name("销售代表", "Sales representative")
MANAGER = Name("区域经理", "Area manager")

# team key: (name, key of its manager, key of the parent team)
TEAMS: dict[str, tuple[Name, str, str | None]] = {
    "sales": (Name("销售部", "Sales"), "chen.ming", None),
    "east": (Name("东区组", "East team"), "wang.qiang", "sales"),
    "west": (Name("西区组", "West team"), "shen.ruolan", "sales"),
    "north": (Name("北区组", "North team"), "zhou.zheng", "sales"),
    "office": (Name("支持部门", "Support"), "he.jie", None),
}

PEOPLE: tuple[Member, ...] = (
    Member("chen.ming", Name("陈明", "Chen Ming"), Role.DIRECTOR, "sales", Name("销售总监", "Sales director")),
    Member("wang.qiang", Name("王强", "Wang Qiang"), Role.MANAGER, "east", MANAGER),
    Member("shen.ruolan", Name("沈若兰", "Shen Ruolan"), Role.MANAGER, "west", MANAGER),
    Member("zhou.zheng", Name("周正", "Zhou Zheng"), Role.MANAGER, "north", MANAGER),
    Member("he.jie", Name("何洁", "He Jie"), Role.ADMIN, "office", Name("系统管理员", "Administrator")),
    Member("liu.fang", Name("刘芳", "Liu Fang"), Role.FINANCE, "office", Name("会计", "Accountant")),
    Member("zhao.min", Name("赵敏", "Zhao Min"), Role.STAFF, "office", Name("售后主管", "Service lead")),
    Member("zhou.hang", Name("周航", "Zhou Hang"), Role.STAFF, "office", Name("市场专员", "Marketing")),
    *(
        Member(key, Name(zh, en), Role.REP, team, REP)
        for key, zh, en, team in (
            ("li.ting", "李婷", "Li Ting", "east"),
            ("sun.hao", "孙浩", "Sun Hao", "east"),
            ("lin.xiaoyu", "林晓雨", "Lin Xiaoyu", "east"),
            ("wang.jiayi", "王佳怡", "Wang Jiayi", "east"),
            ("sun.yue", "孙悦", "Sun Yue", "east"),
            ("chen.li", "陈立", "Chen Li", "east"),
            ("zhang.wei", "张伟", "Zhang Wei", "east"),
            ("huang.lei", "黄磊", "Huang Lei", "east"),
            ("xu.jing", "徐静", "Xu Jing", "east"),
            ("gao.yuan", "高远", "Gao Yuan", "east"),
            ("luo.dan", "罗丹", "Luo Dan", "east"),
            ("ouyang.mengqi", "欧阳梦琪", "Ouyang Mengqi", "east"),
            ("ma.chao", "马超", "Ma Chao", "west"),
            ("tang.yi", "唐毅", "Tang Yi", "west"),
            ("feng.xue", "冯雪", "Feng Xue", "west"),
            ("deng.kai", "邓凯", "Deng Kai", "west"),
            ("cao.min", "曹敏", "Cao Min", "west"),
            ("peng.fei", "彭飞", "Peng Fei", "west"),
            ("xie.na", "谢娜", "Xie Na", "north"),
            ("han.bing", "韩冰", "Han Bing", "north"),
            ("dong.qing", "董青", "Dong Qing", "north"),
            ("yuan.tao", "袁涛", "Yuan Tao", "north"),
            ("jiang.nan", "江南", "Jiang Nan", "north"),
            ("cheng.lu", "程璐", "Cheng Lu", "north"),
        )
    ),
)

# How far each rep is, as a share of what the plan expected to date, in percent.
ATTAINMENT = {
    "li.ting": 91,
    "sun.hao": 79,
    "lin.xiaoyu": 104,
    "wang.jiayi": 108,
    "sun.yue": 112,
    "chen.li": 84,
    "zhang.wei": 100,
    "huang.lei": 96,
    "xu.jing": 101,
    "gao.yuan": 88,
    "luo.dan": 99,
    "ouyang.mengqi": 116,
}

# What each product line reached of that, in percent: rarely all the same.
LINE_LUCK = {"li.ting": {"monitoring": 104, "imaging": 101, "reagents": 81, "rehab": 108}}
USUAL_LUCK = {"monitoring": 103, "imaging": 96, "reagents": 104, "rehab": 92}

LINES: tuple[tuple[str, Name, tuple[tuple[Name, int], ...]], ...] = (
    # code, name, products with prices in yuan
    (
        "monitoring",
        Name("监护设备", "Patient monitoring"),
        ((Name("床旁监护仪 M8", "Bedside monitor M8"), 26800), (Name("便携心电图机 E3", "Portable ECG E3"), 9800)),
    ),
    (
        "imaging",
        Name("影像耗材", "Imaging supplies"),
        ((Name("干式胶片 14×17", "Dry film 14×17"), 1680), (Name("超声耦合剂 20 支", "Ultrasound gel, 20"), 360)),
    ),
    (
        "reagents",
        Name("检验试剂", "Lab reagents"),
        ((Name("血糖试纸 50 人份", "Glucose strips, 50"), 220), (Name("五分类试剂盒", "5-part diff kit"), 1480)),
    ),
    (
        "rehab",
        Name("康复器械", "Rehabilitation"),
        ((Name("下肢康复训练器", "Leg trainer"), 15600), (Name("低频理疗仪", "Low-frequency stimulator"), 3900)),
    ),
)

# Share of a rep's monthly target per product line, in percent.
LINE_SHARES = {"monitoring": 38, "imaging": 22, "reagents": 25, "rehab": 15}

# Streets of Hangzhou with the coordinates of their middle (GCJ-02), in the order east, west, north.
PLACES: tuple[tuple[Name, Name, float, float], ...] = (
    (Name("长河", "Changhe"), Name("滨江区", "Binjiang"), 30.1892, 120.1940),
    (Name("浦沿", "Puyan"), Name("滨江区", "Binjiang"), 30.1725, 120.1546),
    (Name("西兴", "Xixing"), Name("滨江区", "Binjiang"), 30.1968, 120.2163),
    (Name("江汉", "Jianghan"), Name("滨江区", "Binjiang"), 30.2057, 120.2085),
    (Name("北干", "Beigan"), Name("萧山区", "Xiaoshan"), 30.1815, 120.2685),
    (Name("城厢", "Chengxiang"), Name("萧山区", "Xiaoshan"), 30.1622, 120.2596),
    (Name("闻堰", "Wenyan"), Name("萧山区", "Xiaoshan"), 30.1273, 120.1826),
    (Name("新塘", "Xintang"), Name("萧山区", "Xiaoshan"), 30.1512, 120.3057),
    (Name("宁围", "Ningwei"), Name("萧山区", "Xiaoshan"), 30.2217, 120.2790),
    (Name("盈丰", "Yingfeng"), Name("萧山区", "Xiaoshan"), 30.2362, 120.2523),
    (Name("四季青", "Sijiqing"), Name("上城区", "Shangcheng"), 30.2478, 120.2137),
    (Name("凯旋", "Kaixuan"), Name("上城区", "Shangcheng"), 30.2676, 120.2009),
    (Name("采荷", "Caihe"), Name("上城区", "Shangcheng"), 30.2531, 120.1987),
    (Name("望江", "Wangjiang"), Name("上城区", "Shangcheng"), 30.2339, 120.1835),
    (Name("清波", "Qingbo"), Name("上城区", "Shangcheng"), 30.2403, 120.1661),
    (Name("彭埠", "Pengbu"), Name("上城区", "Shangcheng"), 30.2901, 120.2234),
    (Name("九堡", "Jiubao"), Name("上城区", "Shangcheng"), 30.3064, 120.2704),
    (Name("下沙", "Xiasha"), Name("钱塘区", "Qiantang"), 30.3087, 120.3502),
    (Name("白杨", "Baiyang"), Name("钱塘区", "Qiantang"), 30.2969, 120.3664),
    (Name("义蓬", "Yipeng"), Name("钱塘区", "Qiantang"), 30.2718, 120.4901),
    (Name("文新", "Wenxin"), Name("西湖区", "Xihu"), 30.2917, 120.0990),
    (Name("翠苑", "Cuiyuan"), Name("西湖区", "Xihu"), 30.2853, 120.1268),
    (Name("古荡", "Gudang"), Name("西湖区", "Xihu"), 30.2743, 120.1107),
    (Name("留下", "Liuxia"), Name("西湖区", "Xihu"), 30.2403, 120.0497),
    (Name("转塘", "Zhuantang"), Name("西湖区", "Xihu"), 30.1637, 120.0822),
    (Name("蒋村", "Jiangcun"), Name("西湖区", "Xihu"), 30.2865, 120.0733),
    (Name("三墩", "Sandun"), Name("西湖区", "Xihu"), 30.3281, 120.0871),
    (Name("仓前", "Cangqian"), Name("余杭区", "Yuhang"), 30.2892, 120.0024),
    (Name("五常", "Wuchang"), Name("余杭区", "Yuhang"), 30.2684, 120.0361),
    (Name("闲林", "Xianlin"), Name("余杭区", "Yuhang"), 30.2331, 119.9968),
    (Name("拱宸桥", "Gongchenqiao"), Name("拱墅区", "Gongshu"), 30.3197, 120.1402),
    (Name("和睦", "Hemu"), Name("拱墅区", "Gongshu"), 30.3079, 120.1262),
    (Name("半山", "Banshan"), Name("拱墅区", "Gongshu"), 30.3541, 120.1879),
    (Name("祥符", "Xiangfu"), Name("拱墅区", "Gongshu"), 30.3287, 120.1175),
    (Name("大关", "Daguan"), Name("拱墅区", "Gongshu"), 30.3059, 120.1531),
    (Name("朝晖", "Zhaohui"), Name("拱墅区", "Gongshu"), 30.2887, 120.1657),
    (Name("临平", "Linping"), Name("临平区", "Linping"), 30.4189, 120.3010),
    (Name("南苑", "Nanyuan"), Name("临平区", "Linping"), 30.4059, 120.3045),
    (Name("良渚", "Liangzhu"), Name("余杭区", "Yuhang"), 30.3757, 120.0462),
    (Name("瓶窑", "Pingyao"), Name("余杭区", "Yuhang"), 30.3945, 119.9712),
)
TEAM_PLACES = {"east": range(0, 20), "west": range(20, 30), "north": range(30, 40)}

KINDS: tuple[tuple[str, Name, str], ...] = (
    # code of the kind, name, tier
    ("polyclinic", Name("仁济门诊", "Renji Polyclinic"), "A"),
    ("community", Name("社区卫生服务中心", "Community Health Centre"), "A"),
    ("rehab", Name("康复医院", "Rehabilitation Hospital"), "A"),
    ("checkup", Name("体检中心", "Health Check Centre"), "B"),
    ("dental", Name("口腔门诊", "Dental Clinic"), "B"),
    ("orthopaedic", Name("骨科医院", "Orthopaedic Hospital"), "B"),
    ("eye", Name("眼科门诊", "Eye Clinic"), "C"),
    ("tcm", Name("中医馆", "TCM Clinic"), "C"),
    ("lab", Name("医学检验所", "Medical Laboratory"), "B"),
    ("nursing", Name("护理院", "Nursing Home"), "C"),
)

CONTACTS: tuple[tuple[Name, Name], ...] = (
    (Name("李主任", "Dr Li"), Name("设备科主任", "Head of equipment")),
    (Name("吴院长", "Director Wu"), Name("院长", "Director")),
    (Name("钱采购", "Ms Qian"), Name("采购", "Purchasing")),
    (Name("郑护士长", "Head nurse Zheng"), Name("护士长", "Head nurse")),
    (Name("冯老师", "Mr Feng"), Name("检验科", "Laboratory")),
)

STOPS: tuple[tuple[str, Name, int], ...] = (
    # wall time, purpose, expected amount in yuan
    ("09:30", Name("监护仪装机验收", "Monitor acceptance"), 26000),
    ("11:00", Name("本月试剂补单", "Reagent top-up order"), 12000),
    ("13:30", Name("明年框架合同", "Next year’s contract"), 18000),
    ("15:00", Name("货架与效期检查", "Shelf and expiry check"), 5000),
    ("16:30", Name("首次拜访", "First visit"), 3000),
)

TASKS: tuple[tuple[Name, str | None, int], ...] = (
    # title, wall time, days from today
    (Name("把续签报价发给仁济门诊", "Send the renewal quote to Renji"), "12:00", 0),
    (Name("核对上月回款差额", "Check last month’s receipt difference"), None, 0),
    (Name("预约康复医院样机演示", "Book the demo at the rehab hospital"), None, 2),
)

RAISE_REASON = Name(
    "长河三家门诊的康复训练器 23 日起装机，是你谈下来的，这部分增量先落到你这里。",
    "Three Changhe clinics install leg trainers from the 23rd. You won them, so the growth starts with you.",
)
CUT_REASON = Name(
    "闻堰康复医院停业装修到下月 5 日，检验试剂后半月没有订单。",
    "Wenyan Rehabilitation Hospital is closed for works until the 5th: no reagent orders in the second half of the month.",
)
OUTCOME_NOTES: tuple[Name, ...] = (
    Name("设备科认可上月的巡检，愿意先签半年。", "Equipment liked last month’s check and will sign for half a year."),
    Name("试剂还剩一周用量，周五前补货。", "A week of reagents left; restock by Friday."),
    Name("院长出差，下周再约。", "Director away, meet next week."),
    Name("对价格有疑问，已说明服务内容。", "Questions about the price; explained the service."),
)
