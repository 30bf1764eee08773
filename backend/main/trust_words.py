"""What the page beside the store's authority says, in the languages of the app."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrustWords:
    """One language. The steps are those of Android 11 to 16 and iOS 16 to 26; makers word their menus differently."""

    language: str
    name: str
    title: str
    why: str
    download: str
    android: tuple[str, ...]
    ios: tuple[str, ...]
    go_on: str


TRUST_WORDS = (
    TrustWords(
        "en",
        "English",
        "Let this phone trust the store's server",
        "Browsers allow the camera, and starting without network, only at an address they trust. This is needed once "
        "on each phone. The certificate is good for addresses inside the store alone.",
        "1. Download the certificate",
        (
            "Open Settings, search for “CA certificate”, and choose Install anyway.",
            "Choose the file blinkpick.crt from Downloads.",
            "Open the app below in Chrome, and choose Add to Home screen.",
        ),
        (
            "Open this page in Safari, download, and allow the profile.",
            "Settings, General, VPN & Device Management: install the profile Blinkpick.",
            "Settings, General, About, Certificate Trust Settings: turn Blinkpick on.",
            "Open the app below, tap Share, and choose Add to Home Screen.",
        ),
        "2. Open the app",
    ),
    TrustWords(
        "zh-CN",
        "中文",
        "让本手机信任门店服务器",
        "浏览器只在受信任的地址上允许使用摄像头和离线启动。每部手机只需设置一次。该证书仅对店内地址有效。",
        "1. 下载证书",
        (
            "打开“设置”，搜索“CA 证书”，选择“仍然安装”。",
            "在“下载”中选择文件 blinkpick.crt。",
            "用 Chrome 打开下面的应用，选择“添加到主屏幕”。",
        ),
        (
            "用 Safari 打开本页，下载并允许描述文件。",
            "“设置” > “通用” > “VPN 与设备管理”：安装描述文件 Blinkpick。",
            "“设置” > “通用” > “关于本机” > “证书信任设置”：打开 Blinkpick。",
            "打开下面的应用，点“共享”，选择“添加到主屏幕”。",
        ),
        "2. 打开应用",
    ),
    TrustWords(
        "pt-BR",
        "Português",
        "Faça este celular confiar no servidor da loja",
        "O navegador só permite a câmera e o início sem rede em um endereço de confiança. Basta fazer isto uma vez em "
        "cada celular. O certificado vale somente para endereços dentro da loja.",
        "1. Baixar o certificado",
        (
            "Abra as Configurações, busque “certificado CA” e escolha Instalar assim mesmo.",
            "Escolha o arquivo blinkpick.crt em Downloads.",
            "Abra o aplicativo abaixo no Chrome e escolha Adicionar à tela inicial.",
        ),
        (
            "Abra esta página no Safari, baixe e permita o perfil.",
            "Ajustes, Geral, VPN e Gerenciamento de Dispositivo: instale o perfil Blinkpick.",
            "Ajustes, Geral, Sobre, Confiança em Certificados: ative Blinkpick.",
            "Abra o aplicativo abaixo, toque em Compartilhar e escolha Adicionar à Tela de Início.",
        ),
        "2. Abrir o aplicativo",
    ),
)
