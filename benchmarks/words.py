"""What the rows of the page benchmark say: written for it, in Indonesian and English."""

NAMES = (
    "Siti Rahmawati",
    "Budi Santoso",
    "Dewi Lestari",
    "Agus Wijaya",
    "Rina Pratama",
    "Joko Hidayat",
    "Maya Nugroho",
    "Eko Saputra",
    "Putri Halim",
    "Andi Kusuma",
    "Wulan Siregar",
    "Hendra Ginting",
    "Bayu Hidayat",
    "Ratna Wijaya",
)
AREAS = ("Kebayoran", "Depok", "Bekasi Timur", "Cimahi", "Sleman", "Rungkut", "Denpasar Selatan", "Medan Baru")
SUBJECTS = (
    "Internet mati sejak pagi",
    "Tagihan bulan ini dua kali lipat",
    "Teknisi tidak datang sesuai janji",
    "Slow connection every evening",
    "Router baru belum dikirim",
    "Charged after I cancelled",
    "Pindah alamat, layanan belum aktif",
    "Wi-Fi putus-putus di lantai dua",
)
COMPLAINTS = (
    "Selamat pagi. Internet di rumah saya mati sejak pukul enam. Lampu LOS di modem merah. Saya bekerja dari rumah dan "
    "hari ini ada rapat penting. Mohon segera diperiksa.",
    "Tagihan saya bulan ini Rp 780.000, padahal biasanya Rp 390.000. Saya tidak menambah layanan apa pun. Tolong "
    "dijelaskan dan dikembalikan kelebihannya.",
    "Teknisi dijanjikan datang hari Selasa antara jam sembilan dan dua belas. Saya menunggu seharian, tidak ada yang "
    "datang dan tidak ada yang menelepon.",
    "Every evening from seven to ten the connection drops to less than 2 Mbps. I pay for 50. I have restarted the "
    "router many times, it makes no difference.",
    "Sudah dua minggu saya menunggu router pengganti. Nomor resi yang diberikan tidak ditemukan. Apa yang terjadi?",
    "I cancelled the service in time and have the confirmation, but you charged my card again this month.",
)
ANSWERS = (
    "Selamat siang. Mohon maaf atas gangguan ini. Kami menemukan kabel yang putus di dekat rumah Anda; teknisi kami "
    "sedang menuju lokasi dan sambungan diperkirakan pulih sebelum pukul empat sore.",
    "Terima kasih sudah menulis. Anda benar, tagihan itu tercetak dua kali. Kelebihan sudah kami kembalikan dan akan "
    "terlihat di rekening dalam dua hari kerja.",
    "I am sorry that nobody came. The appointment was booked in the wrong week. A technician will be with you tomorrow "
    "at ten and calls you half an hour before.",
)
FOLLOW_UPS = (
    "Sampai sekarang belum ada perubahan. Kapan selesai?",
    "Terima kasih, tetapi masalahnya muncul lagi malam ini.",
    "Nobody called. Please tell me what happens next.",
    "Baik, saya tunggu sampai sore. Mohon dikabari.",
)
