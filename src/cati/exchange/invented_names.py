"""Names of nobody: given names and family names of many origins, put together at random for the synthetic sample.

They are here to look like England's social workers on a screen: apostrophes, hyphens, accents, letters beyond
Latin-1. Two whole names test what a screen does with them: one written from right to left, one with brackets.
"""

from __future__ import annotations

RIGHT_TO_LEFT = "ليلى الحدّاد"
BRACKETED = "Samantha [Sam] O'Dell"

_GIVEN = (
    "Abigail Adaeze Adwoa Agnieszka Aisha Alice Amara Amina Andrew Angela Anjali Anneliese Anthony Aoife Ayodele "
    "Beatriz Bronwen Caroline Catherine Chidi Chloë Claire Daniel David Deborah Derya Dilys Donna Dympna Efua Eilidh "
    "Elif Emily Emmanuel Esther Fatima Femi Fiona Folasade Gareth Gemma Grace Gurpreet Hannah Harpreet Helen Ifeoma "
    "Ingrid Iqra Jacqueline James Jasmine Jean-Paul Joanne José Joy Julie Kamila Karen Kavita Keisha Kwame Laura "
    "Leanne Li-Mei Lucy Maëlle Magda Małgorzata Marcus Margaret Maria Mark Megan Mei Michelle Mohammed Monique Nadia "
    "Naomi Natasha Ngozi Nia Nicola Niamh Oluwaseun Olga Patience Paul Priya Rachel Rajesh Rebecca Renée Roxana Ruth "
    "Saoirse Sarah Shanice Shazia Simon Siobhán Siân Sophie Stephen Sunita Tamsin Tanisha Tendai Thandiwe Tracey Uche "
    "Urszula Valerie Vikram Wei Wendy Xiomara Yasmin Yetunde Zainab Zoë Zsófia"
)

_FAMILY = (
    "Abara Adeyemi Agyeman Ahmed Akhtar Allenby Anderssen Asante Ashworth Baptiste Barczak Begum Bhattacharya Birkett "
    "Björnsson Blackwood Boateng Bogdanović Braithwaite Brannigan Carrington Castellanos Chaudhry Chen Choudhury Clegg "
    "Cooper-Bland Cottrell Dalgaard D'Costa De'Ath Delacroix Desai Diallo D'Souza Dubois Ekwueme Ellery Eze Fairclough "
    "Farrugia Featherstone Fernández Fitzgerald Gallagher Garside Ghosh Goldfarb González Greaves Gunnarsdóttir "
    "Hainsworth Haque Hargreaves Hussain Ibrahim Iwu Jankowska Jenkinson Kaczmarek Kapoor Kaur Kelleher Khan "
    "Kołodziej Kovács Lefèvre Lewandowska Lindqvist Llewellyn Mac-Donald Macaulay Mahmood Mbeki McAllister Mensah "
    "Middlemass Moyo Müller Ncube Nguyễn N'Diaye Nowak Nwosu O'Brien O'Connor Okafor Olatunji O'Shaughnessy Osei "
    "Ó'Súilleabháin Owusu Papadopoulos Patel Pemberton Petrović Pickersgill Quansah Qureshi Ramírez Rattray Redfern "
    "Rosenthal Rutherford Şahin Sandhu Santos Sithole Söderberg Sokołowski Stavrou Sutcliffe Szabó Tagoe Thackeray "
    "Thistlethwaite Tran Tremayne Ukwuoma Vasquez Venkataraman Wadsworth Wainwright Williamson Wójcik Wolstenholme "
    "Xhaferi Yeboah Yılmaz Zając Zhang Zielińska"
)

GIVEN = tuple(_GIVEN.split())
FAMILY = tuple(_FAMILY.split())
